namespace Orchestrator.Model.Templating;

/// <summary>
/// Reads one action: a pipeline of fields, quoted texts and the functions <c>index</c> and <c>join</c>.
/// </summary>
internal sealed class TemplateParser(string text, int start, int open)
{
    private const int MaxDepth = 16;

    private readonly TemplateLexer _lexer = new(text, start, open);
    private int _depth;

    /// <summary>Behind the closing braces.</summary>
    public int End => _lexer.Position;

    /// <summary>White space behind the action goes.</summary>
    public bool TrimsAfter { get; private set; }

    public TemplateNode ParseAction()
    {
        var node = ParsePipeline();
        var end = _lexer.Next();
        TrimsAfter = end.Kind == TokenKind.TrimClose;
        return end.Kind is TokenKind.Close or TokenKind.TrimClose ? node : throw Unexpected(end);
    }

    private TemplateNode ParsePipeline()
    {
        var node = ParseCommand(piped: null);
        while (_lexer.Peek().Kind == TokenKind.Pipe)
        {
            _lexer.Next();
            node = ParseCommand(node);
        }
        return node;
    }

    private TemplateNode ParseCommand(TemplateNode? piped)
    {
        var first = _lexer.Peek();
        if (first.Kind == TokenKind.Word)
            return ParseCall(_lexer.Next(), piped);
        var node = ParseOperand() ?? throw Unexpected(first);
        if (piped is not null)
            throw new TemplateException("only a function can follow |", first.Position);
        return StartsOperand(_lexer.Peek().Kind)
            ? throw new TemplateException("this is not a function: it takes no arguments", first.Position)
            : node;
    }

    private TemplateNode ParseCall(Token name, TemplateNode? piped)
    {
        var arguments = ImmutableArray.CreateBuilder<TemplateNode>();
        while (ParseOperand() is { } argument)
            arguments.Add(argument);
        if (piped is not null)
            arguments.Add(piped);
        return name.Text switch
        {
            "index" => Index(arguments.ToImmutable(), name.Position),
            "join" => Join(arguments.ToImmutable(), name.Position),
            _ => throw new TemplateException(
                $"\"{name.Text}\" is not a function of these templates: only index and join are", name.Position),
        };
    }

    private static IndexCall Index(ImmutableArray<TemplateNode> arguments, int position)
    {
        if (arguments.Length != 2 || !arguments[0].IsMap || arguments[1].IsMap)
            throw new TemplateException("index takes the labels and a name: index .Service.Labels \"name\"", position);
        return new IndexCall(arguments[1], position);
    }

    private static JoinCall Join(ImmutableArray<TemplateNode> arguments, int position)
    {
        if (arguments.Length == 0 || arguments.Any(argument => argument.IsMap))
        {
            throw new TemplateException(
                "join takes a separator and texts: join \"-\" .Service.Name .Task.Slot", position);
        }
        return new JoinCall(arguments, position);
    }

    private TemplateNode? ParseOperand()
    {
        var token = _lexer.Peek();
        if (!StartsOperand(token.Kind))
            return null;
        _lexer.Next();
        return token.Kind switch
        {
            TokenKind.Text => new Literal(token.Text, token.Position),
            TokenKind.Field => TemplateFields.Find(token.Text, token.Position),
            _ => ParseGroup(token),
        };
    }

    private TemplateNode ParseGroup(Token opening)
    {
        if (++_depth > MaxDepth)
            throw new TemplateException($"more than {MaxDepth} parentheses inside each other", opening.Position);
        var node = ParsePipeline();
        if (_lexer.Next().Kind != TokenKind.RightParen)
            throw new TemplateException("the parenthesis is not closed", opening.Position);
        _depth--;
        return node;
    }

    private static bool StartsOperand(TokenKind kind) =>
        kind is TokenKind.Text or TokenKind.Field or TokenKind.LeftParen;

    private static TemplateException Unexpected(Token token) => token.Kind is TokenKind.Close or TokenKind.TrimClose
        ? new TemplateException("a field, a text or a function is missing here", token.Position)
        : new TemplateException($"\"{token.Text}\" is not expected here", token.Position);
}
