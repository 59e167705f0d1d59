using System.Text;

namespace Orchestrator.Cli.Convergence;

/// <summary>Shows successive states: redrawn in place on a terminal, otherwise each line once when it
/// changes.</summary>
internal sealed class ProgressPrinter(TextWriter output, LineStyle style, bool redraw)
{
    private IReadOnlyList<string> _last = [];

    public static ProgressPrinter For(CliEnvironment environment)
    {
        var redraw = environment.ErrorIsTerminal && !environment.IsDumb;
        return new ProgressPrinter(environment.Error, redraw ? OnTerminal(environment) : LineStyle.Plain, redraw);
    }

    private static LineStyle OnTerminal(CliEnvironment environment)
    {
        var (width, height) = environment.TerminalSize();
        return new LineStyle(true, environment.ErrorIsColoured, Math.Clamp(height - 4, 1, 20), width);
    }

    public void Show(Observation service, Progress progress, Verdict verdict)
    {
        var lines = ProgressLines.Render(service, progress, verdict, style);
        if (redraw)
            Redraw(lines);
        else
            foreach (var line in lines.Except(_last, StringComparer.Ordinal))
                output.WriteLine(line);
        _last = lines;
        output.Flush();
    }

    /// <summary>One write, so that nothing flickers.</summary>
    private void Redraw(IReadOnlyList<string> lines)
    {
        if (lines.SequenceEqual(_last, StringComparer.Ordinal))
            return;
        var text = new StringBuilder();
        if (_last.Count > 0)
            text.Append("\e[").Append(_last.Count).Append('A');
        foreach (var line in lines)
            text.Append("\e[2K").Append(line).Append('\n');
        if (lines.Count < _last.Count)
            text.Append("\e[0J");
        output.Write(text.ToString());
    }
}
