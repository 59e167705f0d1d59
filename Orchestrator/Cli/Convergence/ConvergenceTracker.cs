namespace Orchestrator.Cli.Convergence;

internal enum VerdictKind
{
    Waiting,

    /// <summary>All is there; watched for a moment whether it stays.</summary>
    Verifying,
    Converged,
    Paused,
    RolledBack,
}

/// <param name="Message">the cluster's words about it; "" when there are none</param>
internal sealed record Verdict(VerdictKind Kind, string Message = "");

/// <summary>Decides when a service has converged: it must stay complete for a moment, or the update must say
/// so.</summary>
/// <param name="isRollback">the user asked for the rollback, so that its completion is success</param>
internal sealed class ConvergenceTracker(bool isRollback)
{
    /// <summary>Shorter than the 5 s of docker: a crash right after the start shows within it, and people wait for
    /// it.</summary>
    public static readonly TimeSpan StableTime = TimeSpan.FromSeconds(1.5);

    private DateTimeOffset? _completeSince;

    public Verdict Step(Observation service, Progress progress, DateTimeOffset now)
    {
        _completeSince = progress.Complete ? _completeSince ?? now : null;
        return service.UpdateState switch
        {
            "paused" => new Verdict(VerdictKind.Paused, $"the update is paused: {service.UpdateMessage}"),
            "rollback_paused" => new Verdict(VerdictKind.Paused, $"the rollback is paused: {service.UpdateMessage}"),
            "updating" or "rollback_started" => new Verdict(VerdictKind.Waiting),
            "completed" when progress.Complete => new Verdict(VerdictKind.Converged),
            "rollback_completed" when progress.Complete =>
                isRollback ? new Verdict(VerdictKind.Converged)
                    : new Verdict(VerdictKind.RolledBack, service.UpdateMessage),
            _ => Verify(service, now),
        };
    }

    private Verdict Verify(Observation service, DateTimeOffset now)
    {
        if (_completeSince is not { } since)
            return new Verdict(VerdictKind.Waiting);
        return service.IsJob || now - since >= StableTime ? new Verdict(VerdictKind.Converged)
            : new Verdict(VerdictKind.Verifying);
    }
}
