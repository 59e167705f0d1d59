namespace Orchestrator.Model.Templating;

/// <summary>Splits a template into plain text and actions, and applies the trim markers.</summary>
internal static class TemplateText
{
    private const string Open = "{{";
    private const string Close = "}}";
    private const string CommentOpen = "/*";
    private const string CommentClose = "*/";

    /// <exception cref="TemplateException">the template cannot be understood</exception>
    public static ImmutableArray<TemplateNode> Parse(string text)
    {
        var nodes = ImmutableArray.CreateBuilder<TemplateNode>();
        var at = 0;
        var trimLeft = false;
        while (true)
        {
            var open = text.IndexOf(Open, at, StringComparison.Ordinal);
            var trimRight = open >= 0 && HasLeftMarker(text, open);
            AddPlain(nodes, text[at..(open < 0 ? text.Length : open)], at, new(trimLeft, trimRight));
            if (open < 0)
                return nodes.ToImmutable();
            (at, trimLeft) = ReadAction(nodes, text, open, trimRight);
        }
    }

    private static (int End, bool Trim) ReadAction(
        ImmutableArray<TemplateNode>.Builder nodes, string text, int open, bool hasMarker)
    {
        var start = open + Open.Length + (hasMarker ? 1 : 0);
        var inner = start;
        while (inner < text.Length && char.IsWhiteSpace(text[inner]))
            inner++;
        if (string.CompareOrdinal(text, inner, CommentOpen, 0, CommentOpen.Length) == 0)
            return SkipComment(text, inner, open);
        var parser = new TemplateParser(text, start, open);
        nodes.Add(parser.ParseAction());
        return (parser.End, parser.TrimsAfter);
    }

    private static (int End, bool Trim) SkipComment(string text, int start, int open)
    {
        var end = text.IndexOf(CommentClose, start + CommentOpen.Length, StringComparison.Ordinal);
        if (end < 0)
            throw new TemplateException("the comment is not closed: */ is missing", open);
        end += CommentClose.Length;
        var close = text.IndexOf(Close, end, StringComparison.Ordinal);
        var rest = close < 0 ? "?" : text[end..close];
        if (rest.Length > 0 && rest != " -")
            throw new TemplateException("a comment must fill its action: }} must follow */", end);
        return (close + Close.Length, rest.Length > 0);
    }

    private static bool HasLeftMarker(string text, int open)
    {
        var marker = open + Open.Length;
        return marker + 1 < text.Length && text[marker] == '-' && char.IsWhiteSpace(text[marker + 1]);
    }

    private static void AddPlain(
        ImmutableArray<TemplateNode>.Builder nodes, string plain, int position, Trimming trimming)
    {
        if (trimming.Left)
            plain = plain.TrimStart();
        if (trimming.Right)
            plain = plain.TrimEnd();
        if (plain.Length > 0)
            nodes.Add(new Literal(plain, position));
    }

    private readonly record struct Trimming(bool Left, bool Right);
}
