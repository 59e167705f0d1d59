using System.Text;

namespace Orchestrator.Cli.Syntax;

/// <summary>Splits a command line as a shell would, without expanding anything: quotes and backslashes only.</summary>
public static class ShellWords
{
    public static IReadOnlyList<string> Split(string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c))
            {
                Finish(words, ref word);
                continue;
            }
            word ??= new StringBuilder();
            i = c switch
            {
                '\'' => TakeQuoted(text, i, word, escapes: false),
                '"' => TakeQuoted(text, i, word, escapes: true),
                '\\' => TakeEscaped(text, i, word),
                _ => TakePlain(text, i, word),
            };
        }
        Finish(words, ref word);
        return words;
    }

    private static void Finish(List<string> words, ref StringBuilder? word)
    {
        if (word is not null)
            words.Add(word.ToString());
        word = null;
    }

    private static int TakePlain(string text, int i, StringBuilder word)
    {
        word.Append(text[i]);
        return i;
    }

    private static int TakeEscaped(string text, int i, StringBuilder word)
    {
        if (i + 1 >= text.Length)
            throw new FormatException("the text ends in a backslash");
        word.Append(text[i + 1]);
        return i + 1;
    }

    private static int TakeQuoted(string text, int start, StringBuilder word, bool escapes)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == text[start])
                return i;
            if (escapes && text[i] == '\\' && i + 1 < text.Length)
                i++;
            word.Append(text[i]);
        }
        throw new FormatException($"the quote {text[start]} at position {start + 1} is never closed");
    }
}
