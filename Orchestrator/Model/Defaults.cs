namespace Orchestrator.Model;

/// <summary>What an absent setting means. Docker's values, except where a comment says otherwise.</summary>
public static class Defaults
{
    public const int TaskHistoryLimit = 5;

    public static readonly TimeSpan StopGracePeriod = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Swarm mode restarts a crash loop at the same pace for ever; here failures in a row double the delay up to this.
    /// </summary>
    public static readonly TimeSpan RestartDelayCap = TimeSpan.FromMinutes(5);

    /// <summary>A run this long ends a row of failures.</summary>
    public static readonly TimeSpan StableRun = TimeSpan.FromMinutes(1);

    /// <summary>Failures in a row from which <c>service ps</c> calls it a crash loop.</summary>
    public const int CrashLoopFailures = 3;

    public static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(5);

    /// <summary>Heartbeats a node may miss before it counts as down.</summary>
    public const int HeartbeatGrace = 3;

    public static readonly TimeSpan CertificateLifetime = TimeSpan.FromDays(90);
    public static readonly TimeSpan OrphanAfter = TimeSpan.FromHours(24);

    public const int ClusterPort = 2377;
}
