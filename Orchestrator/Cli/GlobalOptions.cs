using Orchestrator.Cli.Client;

namespace Orchestrator.Cli;

/// <summary>What may stand before the command: <c>-H</c>, <c>--host</c>, <c>--version</c>, <c>--help</c>.</summary>
internal sealed record GlobalOptions(IReadOnlyList<string> Rest, string? Host, bool Help, bool Version)
{
    public static GlobalOptions Read(IReadOnlyList<string> words)
    {
        string? host = null;
        var help = false;
        var version = false;
        var i = 0;
        for (; i < words.Count && words[i].StartsWith('-'); i++)
        {
            switch (words[i])
            {
                case "-H" or "--host" when i + 1 < words.Count:
                    host = words[++i];
                    break;
                case var word when word.StartsWith("--host=", StringComparison.Ordinal):
                    host = word["--host=".Length..];
                    break;
                case "-h" or "--help":
                    help = true;
                    break;
                case "-v" or "--version":
                    version = true;
                    break;
                case var word:
                    throw Unknown(word);
            }
        }
        return new GlobalOptions(words.Skip(i).ToList(), host, help, version);
    }

    private static CliException Unknown(string word) => word is "-H" or "--host"
        ? CliException.Usage(
            $"the flag {word} needs a value", null, "Write it like -H unix:///run/swarmnet/swarmnet.sock")
        : CliException.Usage(
            $"unknown flag: {word}",
            "before the command",
            Suggestions.DidYouMean(word, ["--host", "--help", "--version"]) ?? "See: swarmnet --help");

    /// <summary>The flag over the environment over the default.</summary>
    public ApiAddress Address(Func<string, string?> variable)
    {
        var fromVariable = variable(ApiAddress.Variable);
        var text = Host ?? (string.IsNullOrEmpty(fromVariable) ? ApiAddress.Default : fromVariable);
        try
        {
            return ApiAddress.Parse(text);
        }
        catch (FormatException e)
        {
            throw CliException.Usage(e.Message, Host is null ? $"in {ApiAddress.Variable}" : "in --host");
        }
    }
}
