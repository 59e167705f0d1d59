using System.CommandLine;
using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Specs;

/// <summary>--restart-*, --update-* and --rollback-*.</summary>
internal static class PolicyFlags
{
    public static IEnumerable<Option> Options() =>
    [
        Flag.Text("--restart-condition", "When to restart: none, on-failure, any (default any)", "condition"),
        Flag.Text("--restart-delay", "Time before a restart (default 5s); grows while it keeps failing", "duration"),
        Flag.Text("--restart-max-attempts", "Restarts at most (default without limit)", "uint"),
        Flag.Text("--restart-window", "Time in which restarts count", "duration"),
        .. Rollout("update", "update", "pause, continue, rollback"),
        .. Rollout("rollback", "roll back", "pause, continue"),
    ];

    private static IEnumerable<Option> Rollout(string prefix, string verb, string actions) =>
    [
        Flag.Text($"--{prefix}-parallelism", $"Tasks to {verb} at once, 0 = all (default 1)", "uint"),
        Flag.Text($"--{prefix}-delay", "Time between two of them (default 0s)", "duration"),
        Flag.Text($"--{prefix}-monitor", "Time a new task is watched for failure (default 5s)", "duration"),
        Flag.Text($"--{prefix}-order", "stop-first or start-first (default stop-first)"),
        Flag.Text($"--{prefix}-failure-action", $"On failure: {actions} (default pause)"),
        Flag.Text($"--{prefix}-max-failure-ratio", "Share of failures to bear, 0 to 1 (default 0)", "float"),
    ];

    public static void Apply(Invocation run, ServiceSpecDto spec)
    {
        ApplyRestart(run, spec);
        spec.UpdateConfig = Rollout(run, "--update-", spec.UpdateConfig, ["pause", "continue", "rollback"]);
        spec.RollbackConfig = Rollout(run, "--rollback-", spec.RollbackConfig, ["pause", "continue"]);
    }

    private static void ApplyRestart(Invocation run, ServiceSpecDto spec)
    {
        string[] flags = ["--restart-condition", "--restart-delay", "--restart-max-attempts", "--restart-window"];
        if (!flags.Any(run.Has))
            return;
        var policy = spec.Restart();
        policy.Condition = run.Choice("--restart-condition", "none", "on-failure", "any") ?? policy.Condition;
        policy.Delay = run.Parse("--restart-delay", DurationSyntax.ParseNanoseconds) ?? policy.Delay;
        policy.MaxAttempts = run.Count("--restart-max-attempts") ?? policy.MaxAttempts;
        policy.Window = run.Parse("--restart-window", DurationSyntax.ParseNanoseconds) ?? policy.Window;
    }

    private static UpdateConfigDto? Rollout(Invocation run, string prefix, UpdateConfigDto? old, string[] actions)
    {
        string[] names = ["parallelism", "delay", "monitor", "order", "failure-action", "max-failure-ratio"];
        if (!names.Any(name => run.Has(prefix + name)))
            return old;
        var config = old ?? new UpdateConfigDto { Parallelism = 1, FailureAction = "pause", Order = "stop-first" };
        config.Parallelism = run.Count(prefix + "parallelism") ?? config.Parallelism;
        config.Delay = run.Parse(prefix + "delay", DurationSyntax.ParseNanoseconds) ?? config.Delay;
        config.Monitor = run.Parse(prefix + "monitor", DurationSyntax.ParseNanoseconds) ?? config.Monitor;
        config.Order = run.Choice(prefix + "order", "stop-first", "start-first") ?? config.Order;
        config.FailureAction = run.Choice(prefix + "failure-action", actions) ?? config.FailureAction;
        config.MaxFailureRatio = run.Parse(prefix + "max-failure-ratio", ParseRatio) ?? config.MaxFailureRatio;
        return config;
    }

    private static double ParseRatio(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ratio)
            && ratio is >= 0 and <= 1
            ? ratio
            : throw new FormatException($"\"{text}\" is not a number from 0 to 1");
}
