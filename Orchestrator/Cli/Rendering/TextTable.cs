using System.Text;

namespace Orchestrator.Cli.Rendering;

/// <summary>Aligns columns. Widths count characters as the terminal shows them, colour codes not included.</summary>
public sealed class TextTable
{
    private const int MinColumn = 10;
    private const int Gap = 3;

    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void WriteTo(TextWriter output)
    {
        var widths = Widths();
        var line = new StringBuilder();
        foreach (var row in _rows)
        {
            line.Clear();
            for (var i = 0; i < row.Length; i++)
                line.Append(row[i]).Append(' ', i == row.Length - 1 ? 0 : widths[i] - Length(row[i]));
            output.WriteLine(line.ToString().TrimEnd(' '));
        }
    }

    private int[] Widths()
    {
        var widths = new int[_rows.Count == 0 ? 0 : _rows.Max(row => row.Length)];
        foreach (var row in _rows)
        {
            for (var i = 0; i < row.Length; i++)
                widths[i] = Math.Max(widths[i], Math.Max(MinColumn, Length(row[i]) + Gap));
        }
        return widths;
    }

    /// <summary>Columns of the screen: surrogate pairs and combining marks count once or not at all.</summary>
    private static int Length(string text)
    {
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
            length += ScreenWidth(rune);
        return length;
    }

    private static int ScreenWidth(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark
            or System.Globalization.UnicodeCategory.Format => 0,
        _ => 1,
    };
}
