namespace Orchestrator.Cli;

/// <summary>The one way a command fails: what happened, where, and what to do about it.</summary>
/// <param name="exitCode">one of <see cref="Cli.ExitCode"/></param>
/// <param name="what">one sentence without a full stop</param>
/// <param name="where">the address, flag or object concerned; null when <paramref name="what"/> says it</param>
/// <param name="fix">a command or a hint that leads on; null when there is none</param>
public sealed class CliException(int exitCode, string what, string? where = null, string? fix = null) : Exception(what)
{
    public int ExitCode { get; } = exitCode;

    public string? Where { get; } = where;

    public string? Fix { get; } = fix;

    public static CliException Usage(string what, string? where = null, string? fix = null) =>
        new(Cli.ExitCode.Usage, what, where, fix);

    public void WriteTo(TextWriter error)
    {
        error.WriteLine($"Error: {Message}");
        WriteDetail(error, Where);
        WriteDetail(error, Fix);
    }

    private static void WriteDetail(TextWriter error, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return;
        foreach (var line in text.Split('\n'))
            error.WriteLine($"  {line}");
    }
}
