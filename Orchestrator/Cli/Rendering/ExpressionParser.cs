using System.Globalization;

namespace Orchestrator.Cli.Rendering;

/// <summary>Parses one action: operands, calls, pipes and parentheses.</summary>
internal sealed class ExpressionParser(string code, int offset)
{
    private const int MaxDepth = 32;

    private readonly List<TemplateToken> _tokens = TemplateLexer.Split(code, offset);
    private int _at;

    private int EndPosition => offset + code.Length + 1;

    public TemplateExpression ParseAll()
    {
        var value = ParsePipe(depth: 0);
        return _at == _tokens.Count ? value
            : throw new TemplateException($"unexpected \"{_tokens[_at].Text}\"", _tokens[_at].Position);
    }

    /// <summary><c>$a := </c> or <c>$a, $b := </c> at the start, if it stands there.</summary>
    public IReadOnlyList<string> TakeVariables()
    {
        var assign = _tokens.FindIndex(token => token is { Kind: TokenKind.Punctuation, Text: ":=" });
        if (assign < 0)
            return [];
        var names = _tokens.Take(assign).Where(token => token.Kind == TokenKind.Variable).Select(token => token.Text)
            .ToList();
        if (names.Count is 0 or > 2 || names.Contains(""))
            throw new TemplateException("write {{range $key, $value := …}}", offset + 1);
        _at = assign + 1;
        return names;
    }

    private bool Next(string punctuation) =>
        _at < _tokens.Count && _tokens[_at].Kind == TokenKind.Punctuation && _tokens[_at].Text == punctuation;

    private TemplateExpression ParsePipe(int depth)
    {
        var value = ParseCommand(depth);
        while (Next("|"))
        {
            _at++;
            var position = _at < _tokens.Count ? _tokens[_at].Position : EndPosition;
            value = ParseCommand(depth) is CallExpression call
                ? call with { Arguments = [.. call.Arguments, value] }
                : throw new TemplateException("only a function can stand after |", position);
        }
        return value;
    }

    private TemplateExpression ParseCommand(int depth)
    {
        if (_at >= _tokens.Count)
            throw new TemplateException("a value is missing", EndPosition);
        if (_tokens[_at].Kind != TokenKind.Name || IsConstant(_tokens[_at].Text))
            return ParseOperand(depth);
        var name = _tokens[_at++];
        if (!TemplateFunctions.Names.Contains(name.Text, StringComparer.Ordinal))
            throw new TemplateException(UnknownFunction(name.Text), name.Position);
        var arguments = new List<TemplateExpression>();
        while (_at < _tokens.Count && !Next("|") && !Next(")"))
            arguments.Add(ParseOperand(depth));
        return new CallExpression(name.Text, arguments, name.Position);
    }

    private static bool IsConstant(string name) => name is "true" or "false" or "nil";

    private static string UnknownFunction(string name) => $"unknown function \"{name}\": "
        + (char.IsUpper(name[0]) ? $"did you mean .{name}?"
            : $"known are {string.Join(", ", TemplateFunctions.Names)}");

    private TemplateExpression ParseOperand(int depth)
    {
        if (depth > MaxDepth)
            throw new TemplateException("too many parentheses", EndPosition);
        var token = _tokens[_at++];
        return token.Kind switch
        {
            TokenKind.Text => new LiteralExpression(token.Text, token.Position),
            TokenKind.Number => ParseNumber(token),
            TokenKind.Field => new FieldExpression(null, TakePath(token.Text), token.Position),
            TokenKind.Variable => new FieldExpression(token.Text, TakePath(""), token.Position),
            TokenKind.Name when token.Text is "true" or "false" =>
                new LiteralExpression(token.Text == "true", token.Position),
            TokenKind.Name when TemplateFunctions.Names.Contains(token.Text, StringComparer.Ordinal) =>
                new CallExpression(token.Text, [], token.Position),
            TokenKind.Name => throw new TemplateException(UnknownFunction(token.Text), token.Position),
            TokenKind.Punctuation when token.Text == "(" => ParseParentheses(token, depth),
            TokenKind.Punctuation => throw new TemplateException($"unexpected \"{token.Text}\"", token.Position),
        };
    }

    private static LiteralExpression ParseNumber(TemplateToken token) =>
        decimal.TryParse(token.Text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
            ? new LiteralExpression(number, token.Position)
            : throw new TemplateException($"\"{token.Text}\" is not a number", token.Position);

    private TemplateExpression ParseParentheses(TemplateToken open, int depth)
    {
        var value = ParsePipe(depth + 1);
        if (!Next(")"))
            throw new TemplateException("( is never closed", open.Position);
        _at++;
        var path = TakePath("");
        return path.Count == 0 ? value : new MemberExpression(value, path, open.Position);
    }

    /// <summary>Fields that follow without a space: <c>.A.B.C</c>.</summary>
    private List<string> TakePath(string first)
    {
        var path = new List<string>();
        if (first.Length > 0)
            path.Add(first);
        while (_at < _tokens.Count && _tokens[_at] is { Kind: TokenKind.Field, Spaced: false } token
            && token.Text.Length > 0)
        {
            path.Add(token.Text);
            _at++;
        }
        return path;
    }
}
