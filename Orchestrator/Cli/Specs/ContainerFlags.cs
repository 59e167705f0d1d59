using System.CommandLine;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Specs;

/// <summary>How the process runs.</summary>
internal static class ContainerFlags
{
    private const string AllCapabilities = "ALL";
    private const string CapabilityPrefix = "CAP_";

    public static IEnumerable<Option> Options() =>
    [
        Flag.Text("--entrypoint", "Replace the image's entrypoint", "command"),
        Flag.Text("--hostname", "Host name in the container; {{.Task.Slot}} and the like are filled in"),
        Flag.Switch("--init", "Run a small init process that reaps and forwards signals"),
        Flag.Switch("--read-only", "Mount the container's root file system read-only"),
        Flag.Text("--stop-grace-period", "From the stop signal to the kill (default 10s)", "duration"),
        Flag.Text("--stop-signal", "Signal that asks it to stop"),
        Flag.Switch("--tty", "Give it a terminal", "-t"),
        Flag.Text("--user", "User name or UID, user[:group]", alias: "-u"),
        Flag.Text("--workdir", "Working directory in the container", alias: "-w"),
        Flag.Text("--oom-score-adj", "How readily the kernel kills it, -1000 to 1000", "int"),
        Flag.List("--cap-add", "Capability to add"),
        Flag.List("--cap-drop", "Capability to drop"),
    ];

    public static void Apply(Invocation run, ServiceSpecDto spec)
    {
        var container = spec.Container();
        if (run.Text("--entrypoint") is { } entrypoint)
            container.Command = run.Read("--entrypoint", entrypoint, ShellWords.Split);
        container.Hostname = run.Text("--hostname") ?? container.Hostname;
        container.StopSignal = run.Text("--stop-signal") ?? container.StopSignal;
        container.User = run.Text("--user") ?? container.User;
        container.Dir = run.Text("--workdir") ?? container.Dir;
        container.StopGracePeriod = run.Parse("--stop-grace-period", DurationSyntax.ParseNanoseconds)
            ?? container.StopGracePeriod;
        container.OomScoreAdj = run.Parse("--oom-score-adj", ParseScore) ?? container.OomScoreAdj;
        if (run.Has("--init"))
            container.Init = run.IsOn("--init");
        if (run.Has("--read-only"))
            container.ReadOnly = run.IsOn("--read-only");
        if (run.Has("--tty"))
            container.Tty = run.IsOn("--tty");
        ApplyCapabilities(run, container);
    }

    private static long ParseScore(string text) =>
        int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var score)
            && score is >= -1000 and <= 1000
            ? score
            : throw new FormatException($"\"{text}\" is not a number from -1000 to 1000");

    /// <summary>The last word counts: what is added is no longer dropped, and the other way round.</summary>
    private static void ApplyCapabilities(Invocation run, ContainerSpecDto container)
    {
        var added = run.List("--cap-add").Select(Normalize).ToList();
        var dropped = run.List("--cap-drop").Select(Normalize).ToList();
        if (added.Count == 0 && dropped.Count == 0)
            return;
        if (added.Intersect(dropped, StringComparer.Ordinal).FirstOrDefault() is { } both)
            throw CliException.Usage($"{both} is both in --cap-add and in --cap-drop");
        container.CapabilityAdd = Merge(container.CapabilityAdd, added, dropped);
        container.CapabilityDrop = Merge(container.CapabilityDrop, dropped, added);
    }

    private static List<string>? Merge(IReadOnlyList<string>? old, List<string> more, List<string> less)
    {
        var merged = (old ?? []).Except(less, StringComparer.Ordinal).Union(more, StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ToList();
        return merged.Count == 0 ? null : merged;
    }

    private static string Normalize(string capability)
    {
        var upper = capability.Trim().ToUpperInvariant();
        return upper == AllCapabilities || upper.StartsWith(CapabilityPrefix, StringComparison.Ordinal)
            ? upper
            : CapabilityPrefix + upper;
    }
}
