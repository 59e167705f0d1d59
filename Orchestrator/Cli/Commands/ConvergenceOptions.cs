using System.CommandLine;
using Orchestrator.Cli.Convergence;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Commands;

/// <summary>-d, -q and --timeout: whether and how long to watch what comes of a change.</summary>
internal static class ConvergenceOptions
{
    public static IEnumerable<Option> Flags() =>
    [
        Flag.Switch("--detach", "Do not wait until it has converged", "-d"),
        Flag.Switch("--quiet", "Wait, but show no progress", "-q"),
        Flag.Text("--timeout", "Wait at most this long; exit code 6 when it has not converged by then", "duration"),
    ];

    /// <param name="service">id or name</param>
    public static async Task<int> WatchAsync(Invocation run, string service, bool isRollback, CancellationToken ct)
    {
        if (run.IsOn("--detach"))
            return ExitCode.Ok;
        await run.Out.FlushAsync(ct);
        var printer = run.IsOn("--quiet") ? null : ProgressPrinter.For(run.Environment);
        return await new ConvergenceWatcher(run, printer).WatchAsync(service, isRollback, Timeout(run), ct);
    }

    /// <summary>Read before anything is sent, so that a misspelt one has no effect.</summary>
    public static TimeSpan? Timeout(Invocation run)
    {
        var nanoseconds = run.Parse("--timeout", DurationSyntax.ParseNanoseconds);
        return nanoseconds is { } time
            ? TimeSpan.FromTicks(Math.Min(time / TimeSpan.NanosecondsPerTick, TimeSpan.FromDays(24).Ticks)) : null;
    }
}
