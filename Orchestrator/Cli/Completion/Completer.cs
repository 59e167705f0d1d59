using System.CommandLine;

namespace Orchestrator.Cli.Completion;

/// <summary>What may come next on a command line.</summary>
/// <param name="root">all commands</param>
/// <param name="names">live names of a kind of object; empty when the daemon does not say</param>
internal sealed class Completer(CommandEntry root, Func<ArgumentKind, Task<IReadOnlyList<string>>> names)
{
    private static readonly string[] GlobalFlags = ["--host", "--help", "--version"];

    /// <param name="words">after the program's name; the last one is being typed, perhaps ""</param>
    public async Task<IReadOnlyList<string>> CandidatesAsync(IReadOnlyList<string> words)
    {
        var typed = words.Count == 0 ? "" : words[^1];
        var all = await CandidatesAsync(words.Take(Math.Max(0, words.Count - 1)).ToList(), typed);
        return all.Where(candidate => candidate.StartsWith(typed, StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
    }

    private Task<IReadOnlyList<string>> CandidatesAsync(List<string> before, string typed)
    {
        var found = CommandFinder.Find(root, GlobalOptions.Read(before).Rest);
        if (found.Entry.Build is not { } build)
            return Task.FromResult(found.Rest.Count > 0 ? [] : OfGroup(found, typed));
        var command = build();
        if (Awaiting(command, before) is { } option)
            return Task.FromResult<IReadOnlyList<string>>(ValuesOf(option.Name));
        return typed.StartsWith('-')
            ? Task.FromResult<IReadOnlyList<string>>([.. command.Options.Select(known => known.Name), "--help"])
            : ArgumentsAsync(command, found.Rest.Count);
    }

    private static IReadOnlyList<string> OfGroup(FoundCommand found, string typed) =>
        typed.StartsWith('-') && found.Depth == 0
        ? GlobalFlags
        : found.Entry.Children.Where(child => !child.Hidden).Select(child => child.Name).ToList();

    /// <summary>The flag whose value is being typed.</summary>
    private static Option? Awaiting(CliCommand command, List<string> before) =>
        before.Count == 0 || before[^1].Contains('=', StringComparison.Ordinal) ? null
            : command.Options.FirstOrDefault(option =>
                option.ValueType != typeof(bool) && (option.Name == before[^1] || option.Aliases.Contains(before[^1])));

    private static string[] ValuesOf(string flag) => flag switch
    {
        "--availability" => ["active", "pause", "drain"],
        "--role" => ["worker", "manager"],
        "--mode" => ["replicated", "global", "replicated-job", "global-job"],
        "--strategy" => Specs.PlacementFlags.Strategies,
        "--rebalance" => Specs.PlacementFlags.Rebalancing,
        "--restart-condition" => ["none", "on-failure", "any"],
        "--update-order" or "--rollback-order" => ["stop-first", "start-first"],
        "--update-failure-action" => ["pause", "continue", "rollback"],
        "--rollback-failure-action" => ["pause", "continue"],
        "--endpoint-mode" => ["vip", "dnsrr"],
        "--format" => ["table", "json"],
        _ => [],
    };

    private async Task<IReadOnlyList<string>> ArgumentsAsync(CliCommand command, int before) => command.Completes switch
    {
        ArgumentKind.JoinRole => ["worker", "manager"],
        ArgumentKind.Shell => CompletionScripts.Shells,
        ArgumentKind.None => [],
        _ when command.MaxArguments == 1 && before > 0 && command.Options.Count == 0 => [],
        ArgumentKind.Service when command.Path == "service scale" =>
            (await names(ArgumentKind.Service)).Select(name => name + "=").ToList(),
        var kind => await names(kind),
    };
}
