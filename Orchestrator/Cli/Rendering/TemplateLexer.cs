namespace Orchestrator.Cli.Rendering;

internal enum TokenKind
{
    Name,
    Field,
    Variable,
    Text,
    Number,
    Punctuation,
}

/// <param name="Position">in the whole template, from 1</param>
/// <param name="Spaced">white space stands before it</param>
internal readonly record struct TemplateToken(TokenKind Kind, string Text, int Position, bool Spaced);

/// <summary>Splits what stands between <c>{{</c> and <c>}}</c> into words.</summary>
internal static class TemplateLexer
{
    /// <param name="offset">where <paramref name="code"/> begins in the template</param>
    public static List<TemplateToken> Split(string code, int offset)
    {
        var tokens = new List<TemplateToken>();
        for (var i = 0; i < code.Length;)
        {
            var start = i;
            while (i < code.Length && char.IsWhiteSpace(code[i]))
                i++;
            if (i == code.Length)
                break;
            tokens.Add(Take(code, ref i, offset, spaced: i > start));
        }
        return tokens;
    }

    private static TemplateToken Take(string code, ref int i, int offset, bool spaced)
    {
        var start = i;
        var position = offset + start + 1;
        switch (code[i])
        {
            case '"' or '`':
                return new(TokenKind.Text, TakeText(code, ref i, position), position, spaced);
            case '.':
                i++;
                return new(TokenKind.Field, TakeName(code, ref i), position, spaced);
            case '$':
                i++;
                return new(TokenKind.Variable, TakeName(code, ref i), position, spaced);
            case ':' when i + 1 < code.Length && code[i + 1] == '=':
                i += 2;
                return new(TokenKind.Punctuation, ":=", position, spaced);
            case '|' or '(' or ')' or ',' or '=':
                return new(TokenKind.Punctuation, code[i++].ToString(), position, spaced);
            case '-' or (>= '0' and <= '9'):
                i++;
                while (i < code.Length && (char.IsDigit(code[i]) || code[i] == '.'))
                    i++;
                return new(TokenKind.Number, code[start..i], position, spaced);
            default:
                var name = TakeName(code, ref i);
                return name.Length > 0
                    ? new(TokenKind.Name, name, position, spaced)
                    : throw new TemplateException($"unexpected \"{code[i]}\"", position);
        }
    }

    private static string TakeName(string code, ref int i)
    {
        var start = i;
        while (i < code.Length && (char.IsLetterOrDigit(code[i]) || code[i] == '_'))
            i++;
        return code[start..i];
    }

    private static string TakeText(string code, ref int i, int position)
    {
        var quote = code[i++];
        var text = new System.Text.StringBuilder();
        for (; i < code.Length; i++)
        {
            if (code[i] == quote)
            {
                i++;
                return text.ToString();
            }
            if (code[i] == '\\' && quote == '"' && i + 1 < code.Length)
                text.Append(Unescape(code[++i]));
            else
                text.Append(code[i]);
        }
        throw new TemplateException("the text in quotes is never closed", position);
    }

    private static char Unescape(char c) => c switch
    {
        'n' => '\n',
        't' => '\t',
        _ => c,
    };
}
