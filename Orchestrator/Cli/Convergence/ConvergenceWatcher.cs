using Orchestrator.Cli.Client;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Convergence;

/// <summary>Follows a service until it has converged, has failed, the time is over, or the user has seen
/// enough.</summary>
internal sealed class ConvergenceWatcher(Invocation run, ProgressPrinter? printer)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    private Observation? _lastSeen;
    private Progress? _lastProgress;

    /// <param name="service">id or name</param>
    /// <param name="timeout">null = as long as it takes</param>
    /// <exception cref="CliException">paused, rolled back, or not converged in time</exception>
    public async Task<int> WatchAsync(string service, bool isRollback, TimeSpan? timeout, CancellationToken ct)
    {
        using var deadline = new Deadline(timeout ?? Timeout.InfiniteTimeSpan, run.Environment.Clock, ct);
        try
        {
            return await FollowAsync(service, isRollback, deadline.Token);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            var name = _lastSeen?.Name ?? service;
            run.Error.WriteLine("Watching stopped. The service goes on in the background.");
            run.Error.WriteLine($"See how it is: swarmnet service ps {name}");
            return ExitCode.Interrupted;
        }
        catch (OperationCanceledException)
        {
            throw TimedOut(service, timeout ?? TimeSpan.Zero);
        }
    }

    private async Task<int> FollowAsync(string service, bool isRollback, CancellationToken ct)
    {
        var reader = new ObservationReader(run.Api);
        var tracker = new ConvergenceTracker(isRollback);
        while (true)
        {
            _lastSeen = await reader.ReadAsync(service, ct);
            _lastProgress = ProgressEvaluator.Evaluate(_lastSeen);
            var verdict = tracker.Step(_lastSeen, _lastProgress, run.Now);
            printer?.Show(_lastSeen, _lastProgress, verdict);
            if (verdict.Kind == VerdictKind.Converged)
                return ExitCode.Ok;
            if (verdict.Kind is VerdictKind.Paused or VerdictKind.RolledBack)
                throw Failed(_lastSeen, verdict, _lastProgress);
            await Task.Delay(Period, run.Environment.Clock, ct);
        }
    }

    private static CliException Failed(Observation service, Verdict verdict, Progress progress)
    {
        var what = verdict.Kind == VerdictKind.RolledBack
            ? $"service {service.Name} was rolled back: {verdict.Message}"
            : $"service {service.Name}: {verdict.Message}";
        var next = verdict.Kind == VerdictKind.RolledBack
            ? $"See why the new tasks failed: swarmnet service ps {service.Name}"
            : $"See why: swarmnet service ps {service.Name}\nGo back: swarmnet service rollback {service.Name}";
        return new CliException(ExitCode.NotConverged, what, Reasons(progress), next);
    }

    private CliException TimedOut(string service, TimeSpan timeout)
    {
        var name = _lastSeen?.Name ?? service;
        var time = DurationSyntax.Format(timeout.Ticks * TimeSpan.NanosecondsPerTick);
        var count = _lastProgress is { } progress ? $": {progress.Done} of {progress.Total} tasks are there" : "";
        return new CliException(
            ExitCode.NotConverged,
            $"service {name} has not converged within {time}{count}",
            _lastProgress is null ? null : Reasons(_lastProgress),
            $"It goes on in the background. See: swarmnet service ps {name}");
    }

    /// <summary>What is in the way, each reason once.</summary>
    private static string? Reasons(Progress progress)
    {
        var reasons = progress.Slots.Where(slot => slot.Reason.Length > 0)
            .GroupBy(slot => slot.Reason, StringComparer.Ordinal)
            .Select(group =>
                $"{group.First().Label}{(group.Count() > 1 ? $" and {group.Count() - 1} more" : "")}: {group.Key}")
            .Take(3).ToList();
        return reasons.Count == 0 ? null : string.Join('\n', reasons);
    }
}
