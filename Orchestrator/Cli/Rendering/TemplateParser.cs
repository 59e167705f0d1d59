namespace Orchestrator.Cli.Rendering;

/// <summary>Text and <c>{{actions}}</c> to nodes: the part of Go's templates that format options use.</summary>
internal sealed class TemplateParser
{
    private const int MaxDepth = 32;

    private readonly string _template;
    private int _at;

    private TemplateParser(string template) => _template = template;

    private sealed record Action(string Code, int Offset)
    {
        public string Keyword => Code.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault("");
    }

    public static IReadOnlyList<TemplateNode> Parse(string template)
    {
        var parser = new TemplateParser(template);
        var nodes = parser.ParseNodes(depth: 0, out var end);
        return end is null ? nodes
            : throw new TemplateException($"{{{{{end.Keyword}}}}} without a block before it", end.Offset + 1);
    }

    /// <param name="end">the else or end that closed the list, null at the end of the template</param>
    private List<TemplateNode> ParseNodes(int depth, out Action? end)
    {
        if (depth > MaxDepth)
            throw new TemplateException($"more than {MaxDepth} blocks inside each other", _at + 1);
        var nodes = new List<TemplateNode>();
        while (_at < _template.Length)
        {
            var open = _template.IndexOf("{{", _at, StringComparison.Ordinal);
            AddText(nodes, open < 0 ? _template.Length : open);
            if (open < 0)
                break;
            end = TakeAction(open);
            if (end.Keyword is "end" or "else")
                return nodes;
            if (!end.Code.TrimStart().StartsWith("/*", StringComparison.Ordinal))
                nodes.Add(ParseAction(end, depth));
        }
        end = null;
        return nodes;
    }

    private void AddText(List<TemplateNode> nodes, int end)
    {
        var text = _template[_at..end];
        _at = end;
        if (IsTrimmer(end))
            text = text.TrimEnd();
        if (text.Length > 0)
            nodes.Add(new TextNode(text));
    }

    /// <summary><c>{{- </c> eats the white space before it.</summary>
    private bool IsTrimmer(int open) =>
        open + 3 < _template.Length && _template[open + 2] == '-' && char.IsWhiteSpace(_template[open + 3]);

    private Action TakeAction(int open)
    {
        var close = _template.IndexOf("}}", open, StringComparison.Ordinal);
        if (close < 0)
            throw new TemplateException("{{ is never closed by }}", open + 1);
        _at = close + 2;
        var start = IsTrimmer(open) ? open + 3 : open + 2;
        var code = _template[start..close];
        if (code.EndsWith(" -", StringComparison.Ordinal))
        {
            code = code[..^2];
            while (_at < _template.Length && char.IsWhiteSpace(_template[_at]))
                _at++;
        }
        return new Action(code, start);
    }

    private TemplateNode ParseAction(Action action, int depth) => action.Keyword switch
    {
        "if" => ParseBlock(BlockKind.If, action, depth),
        "range" => ParseBlock(BlockKind.Range, action, depth),
        "with" => ParseBlock(BlockKind.With, action, depth),
        _ => new OutputNode(new ExpressionParser(action.Code, action.Offset).ParseAll()),
    };

    private BlockNode ParseBlock(BlockKind kind, Action action, int depth)
    {
        var skip = action.Code.IndexOf(action.Keyword, StringComparison.Ordinal) + action.Keyword.Length;
        var expression = new ExpressionParser(action.Code[skip..], action.Offset + skip);
        var variables = kind == BlockKind.Range ? expression.TakeVariables() : [];
        var condition = expression.ParseAll();
        var then = ParseNodes(depth + 1, out var end);
        var otherwise = end?.Keyword == "else" ? ParseElse(end, depth, out end) : [];
        return end?.Keyword == "end"
            ? new BlockNode(kind, condition, then, otherwise) { Variables = variables }
            : throw new TemplateException(
                $"{{{{{action.Keyword}}}}} is never closed by {{{{end}}}}", action.Offset + 1);
    }

    private List<TemplateNode> ParseElse(Action action, int depth, out Action? end)
    {
        var rest = action.Code.Trim()["else".Length..].TrimStart();
        if (rest.Length == 0)
            return ParseNodes(depth + 1, out end);
        var nested = new Action(rest, action.Offset + action.Code.IndexOf(rest, StringComparison.Ordinal));
        if (nested.Keyword is not ("if" or "with"))
            throw new TemplateException($"unexpected \"{rest}\" after else", nested.Offset + 1);
        end = new Action("end", nested.Offset); // the nested block took the {{end}} of this one
        return [ParseBlock(nested.Keyword == "if" ? BlockKind.If : BlockKind.With, nested, depth + 1)];
    }
}
