using System.Text;

namespace Orchestrator.Model.Templating;

internal enum TokenKind
{
    Field,
    Word,
    Text,
    Pipe,
    LeftParen,
    RightParen,
    Close,
    TrimClose,
}

internal readonly record struct Token(TokenKind Kind, string Text, int Position);

/// <summary>Cuts the inside of one action into tokens.</summary>
/// <param name="open">where the action starts, for the message when it has no end</param>
internal sealed class TemplateLexer(string text, int start, int open)
{
    private Token? _peeked;
    private int _at = start;

    public int Position => _at;

    public Token Peek() => _peeked ??= Read();

    public Token Next()
    {
        var token = Peek();
        _peeked = null;
        return token;
    }

    private Token Read()
    {
        var begin = _at;
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
        if (_at > begin && Accept("-}}"))
            return new Token(TokenKind.TrimClose, "-}}", _at - 3);
        begin = _at;
        if (Accept("}}"))
            return new Token(TokenKind.Close, "}}", begin);
        if (_at >= text.Length)
            throw new TemplateException("the action is not closed: }} is missing", open);
        return text[_at] switch
        {
            '.' => new Token(TokenKind.Field, ReadField(), begin),
            '"' => new Token(TokenKind.Text, ReadQuoted(), begin),
            '`' => new Token(TokenKind.Text, ReadRaw(), begin),
            '|' => Single(TokenKind.Pipe),
            '(' => Single(TokenKind.LeftParen),
            ')' => Single(TokenKind.RightParen),
            var other when IsNamePart(other) => new Token(TokenKind.Word, ReadName(), begin),
            var other => throw new TemplateException($"\"{other}\" is not expected here", begin),
        };
    }

    private bool Accept(string wanted)
    {
        if (string.CompareOrdinal(text, _at, wanted, 0, wanted.Length) != 0)
            return false;
        _at += wanted.Length;
        return true;
    }

    private Token Single(TokenKind kind) => new(kind, text[_at].ToString(), _at++);

    private string ReadField()
    {
        var begin = _at;
        while (_at < text.Length && (text[_at] == '.' || IsNamePart(text[_at])))
            _at++;
        return text[begin.._at];
    }

    private string ReadName()
    {
        var begin = _at;
        while (_at < text.Length && IsNamePart(text[_at]))
            _at++;
        return text[begin.._at];
    }

    private static bool IsNamePart(char c) => c == '_' || char.IsLetterOrDigit(c);

    private string ReadRaw()
    {
        var end = text.IndexOf('`', _at + 1);
        if (end < 0)
            throw new TemplateException("the quoted text is not closed: ` is missing", _at);
        var value = text[(_at + 1)..end];
        _at = end + 1;
        return value;
    }

    private string ReadQuoted()
    {
        var begin = _at++;
        var value = new StringBuilder();
        while (_at < text.Length && text[_at] is not '"' and not '\n')
            value.Append(text[_at] == '\\' ? ReadEscape() : text[_at++]);
        if (_at >= text.Length || text[_at] != '"')
            throw new TemplateException("the quoted text is not closed: \" is missing", begin);
        _at++;
        return value.ToString();
    }

    private char ReadEscape()
    {
        var escaped = _at + 1 < text.Length ? text[_at + 1] : '\0';
        var value = escaped switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '"' or '\\' => escaped,
            _ => throw new TemplateException($"\\{escaped} is not an escape: \\n, \\t, \\r, \\\" and \\\\ are", _at),
        };
        _at += 2;
        return value;
    }
}
