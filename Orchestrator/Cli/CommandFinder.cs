using System.CommandLine;

namespace Orchestrator.Cli;

/// <param name="Rest">words after the command</param>
/// <param name="Depth">words that led here</param>
internal sealed record FoundCommand(CommandEntry Entry, IReadOnlyList<string> Rest, int Depth, string Path);

/// <summary>Follows the words down the catalog, and explains where they lead nowhere.</summary>
internal static class CommandFinder
{
    public static FoundCommand Find(CommandEntry root, IReadOnlyList<string> words)
    {
        var entry = root;
        var depth = 0;
        var path = "";
        while (entry.Build is null && depth < words.Count && Child(entry, words[depth]) is { } child)
        {
            entry = child;
            path = path.Length == 0 ? child.Name : $"{path} {child.Name}";
            depth++;
        }
        return new FoundCommand(entry, words.Skip(depth).ToList(), depth, path);
    }

    private static CommandEntry? Child(CommandEntry entry, string name) =>
        entry.Children.FirstOrDefault(child => child.Answers(name));

    /// <summary>Help of a group, or of the whole; an unknown word is an error.</summary>
    public static int ShowGroup(FoundCommand found, IEnumerable<Command> hostCommands, CliEnvironment environment)
    {
        var hosts = found.Depth == 0 ? hostCommands.ToList() : [];
        if (found.Rest.Count == 0 || found.Rest[0] is "--help" or "-h" or "help")
        {
            HelpWriter.WriteGroup(environment.Out, found, hosts);
            return ExitCode.Ok;
        }
        var typed = found.Rest[0];
        var known = found.Entry.Children.Where(child => !child.Hidden).Select(child => child.Name)
            .Concat(hosts.Where(host => !host.Hidden).Select(host => host.Name));
        var prefix = found.Path.Length == 0 ? "swarmnet" : $"swarmnet {found.Path}";
        throw CliException.Usage(
            $"unknown {(typed.StartsWith('-') ? "flag" : "command")}: {prefix} {typed}",
            null,
            DockerWord(found) ?? Suggestions.DidYouMean(typed, known) ?? $"See: {prefix} --help");
    }

    /// <summary>Fingers that know <c>docker swarm init</c>.</summary>
    private static string? DockerWord(FoundCommand found) =>
        found is { Depth: 0, Rest: ["swarm", var word, ..] } && Child(found.Entry, word) is { } meant
            ? $"It is one word less here: swarmnet {meant.Name}"
            : null;
}
