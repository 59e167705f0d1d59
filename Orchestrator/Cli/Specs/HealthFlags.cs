using System.CommandLine;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Specs;

/// <summary>--health-*: whether the process does its work.</summary>
internal static class HealthFlags
{
    private const string None = "NONE";

    private static readonly string[] Details =
    [
        "--health-cmd", "--health-interval", "--health-retries", "--health-start-interval", "--health-start-period",
        "--health-timeout",
    ];

    public static IEnumerable<Option> Options() =>
    [
        Flag.Text("--health-cmd", "Command that says whether it is healthy", "command"),
        Flag.Text("--health-interval", "Time between checks", "duration"),
        Flag.Text("--health-retries", "Failures in a row that make it unhealthy", "int"),
        Flag.Text("--health-start-interval", "Time between checks in the start period", "duration"),
        Flag.Text("--health-start-period", "Time to start, in which failures do not count", "duration"),
        Flag.Text("--health-timeout", "Longest time for one check", "duration"),
        Flag.Switch("--no-healthcheck", "Turn off the image's health check"),
    ];

    public static void Apply(Invocation run, ServiceSpecDto spec)
    {
        var given = Details.Where(run.Has).ToList();
        if (run.IsOn("--no-healthcheck"))
        {
            if (given.Count > 0)
                throw CliException.Usage($"--no-healthcheck and {given[0]} exclude each other");
            spec.Container().Healthcheck = new HealthcheckDto { Test = [None] };
            return;
        }
        if (given.Count > 0)
            ApplyDetails(run, spec.Health());
    }

    private static void ApplyDetails(Invocation run, HealthcheckDto health)
    {
        if (health.Test is [None])
            health.Test = null;
        if (run.Text("--health-cmd") is { } command)
            health.Test = command.Length > 0 ? ["CMD-SHELL", command] : null;
        health.Interval = run.Parse("--health-interval", DurationSyntax.ParseNanoseconds) ?? health.Interval;
        health.StartInterval = run.Parse("--health-start-interval", DurationSyntax.ParseNanoseconds)
            ?? health.StartInterval;
        health.StartPeriod = run.Parse("--health-start-period", DurationSyntax.ParseNanoseconds) ?? health.StartPeriod;
        health.Timeout = run.Parse("--health-timeout", DurationSyntax.ParseNanoseconds) ?? health.Timeout;
        health.Retries = (int)Math.Min(run.Count("--health-retries") ?? (ulong)health.Retries, int.MaxValue);
    }
}
