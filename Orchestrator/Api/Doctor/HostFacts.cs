namespace Orchestrator.Api.Doctor;

/// <summary>What was found out about this host and its part in a cluster. Null where it does not apply.</summary>
public sealed record HostFacts
{
    public DateTimeOffset Now { get; init; }

    public LocalNodeStatus Node { get; init; } = new();

    public required DiskFacts Disk { get; init; }

    public required EngineFacts Engine { get; init; }

    public CertificateFacts? Certificate { get; init; }

    /// <summary>Of a manager.</summary>
    public GroupFacts? Group { get; init; }
}

/// <summary>The disk below the data directory.</summary>
public sealed record DiskFacts
{
    public required string Directory { get; init; }

    public long FreeBytes { get; init; }

    /// <summary>0: it could not be found out.</summary>
    public long TotalBytes { get; init; }

    /// <summary>Median of one small write that is durable; null when it could not be made.</summary>
    public TimeSpan? Flush { get; init; }

    /// <summary>Why a write could not be made durable; empty when it could.</summary>
    public string Error { get; init; } = "";
}

/// <summary>What starts tasks here, and the kernel below it.</summary>
public sealed record EngineFacts
{
    /// <summary><c>docker</c> or <c>process</c>; empty when none could be chosen.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>Why it cannot start tasks now; empty when it can.</summary>
    public string Error { get; init; } = "";

    /// <summary>1 or 2; 0 when there are no control groups.</summary>
    public int CgroupVersion { get; init; }

    /// <summary>Files and connections that the daemon may have open at once; null when there is no limit.</summary>
    public long? OpenFiles { get; init; }
}

public sealed record CertificateFacts(DateTimeOffset NotBefore, DateTimeOffset NotAfter);

/// <summary>The managers' group as this member sees it.</summary>
public sealed record GroupFacts
{
    public int Voters { get; init; }

    /// <summary>Voters that take part now, this one included.</summary>
    public int Reachable { get; init; }

    public bool HasLeader { get; init; }

    /// <summary>This member lost data that it had acknowledged; empty when it did not.</summary>
    public string LostData { get; init; } = "";

    public ImmutableArray<PeerFacts> Peers { get; init; } = [];
}

/// <summary>Another manager.</summary>
public sealed record PeerFacts
{
    public required string Address { get; init; }

    /// <summary>From here.</summary>
    public bool IsReachable { get; init; }

    /// <summary>Why it is not; empty when nothing is known.</summary>
    public string Problem { get; init; } = "";

    /// <summary>What it answered; null when it was not asked or did not answer.</summary>
    public PeerAnswer? Answer { get; init; }
}

/// <param name="ReachesUs">its messages have a connection to this manager</param>
/// <param name="Ahead">how far its clock is ahead of ours, if the answer took as long as the question</param>
/// <param name="RoundTrip">how long question and answer took: the clocks are compared no better than half of it</param>
public sealed record PeerAnswer(bool ReachesUs, TimeSpan Ahead, TimeSpan RoundTrip);
