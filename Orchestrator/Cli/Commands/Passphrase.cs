using System.CommandLine;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// Where the passphrase of a backup comes from: a file, the environment, or the terminal. Never from the command line,
/// which every user of the host can read.
/// </summary>
internal static class Passphrase
{
    public const string Variable = "SWARMNET_PASSPHRASE";

    private const int Shortest = 8;
    private const string FileFlag = "--passphrase-file";

    public static Option<string> Flag { get; } = Cli.Flag.Text(
        FileFlag, $"Read the passphrase from this file (default: {Variable}, else the terminal is asked)", "path");

    /// <exception cref="CliException">there is none, or it cannot protect a backup</exception>
    public static string ForNew(Invocation run)
    {
        var passphrase = Given(run) ?? AskTwice(run);
        if (passphrase.Length < Shortest)
            throw CliException.Usage(
                $"the passphrase is shorter than {Shortest} characters", null,
                "A backup holds the key of the cluster's CA: whoever gets the file can guess at it for ever.");
        return passphrase;
    }

    /// <exception cref="CliException">there is none</exception>
    public static string Existing(Invocation run) =>
        Given(run) ?? run.Environment.AskSecret("Passphrase of the backup: ") ?? throw None();

    private static string AskTwice(Invocation run)
    {
        var first = run.Environment.AskSecret("Passphrase for the backup: ") ?? throw None();
        return run.Environment.AskSecret("The same again: ") == first
            ? first
            : throw CliException.Usage("the two passphrases are not the same", null, "Nothing was written: try again.");
    }

    private static string? Given(Invocation run)
    {
        if (run.Text(FileFlag) is { } path)
            return FromFile(run, path);
        return run.Environment.Variable(Variable) is { Length: > 0 } value ? value : null;
    }

    private static string FromFile(Invocation run, string path)
    {
        string text;
        try
        {
            text = run.Environment.ReadFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"cannot read the passphrase: {e.Message}", $"in {FileFlag} {path}");
        }
        var line = text.Split('\n')[0].TrimEnd('\r');
        return line.Length > 0
            ? line
            : throw CliException.Usage("the passphrase file is empty", $"in {FileFlag} {path}");
    }

    private static CliException None() => CliException.Usage(
        "a backup is encrypted, and there is no passphrase", null,
        $"Give it with {FileFlag} FILE or in {Variable}, or run the command at a terminal.");
}
