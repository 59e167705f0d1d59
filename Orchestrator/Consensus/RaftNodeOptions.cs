using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus;

/// <summary>Settings of one member of the managers' group.</summary>
public sealed record RaftNodeOptions
{
    public static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan DefaultElection = TimeSpan.FromSeconds(1);

    public const int DefaultSnapshotEntries = 10_000;

    private const int LargestProposal = 1024 * 1024 * 1024;

    /// <summary>For the log's files alone; made when it is missing.</summary>
    public required string Directory { get; init; }

    /// <summary>Node id of this manager. A directory that another node wrote is refused.</summary>
    public required string Node { get; init; }

    /// <summary>Where the others reach this manager; empty while there are no others.</summary>
    public string Address { get; init; } = "";

    /// <summary>The grain of all times below. 10 ms to 1 s.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>A leader is silent no longer than this. A whole number of ticks.</summary>
    public TimeSpan Heartbeat { get; init; } = DefaultHeartbeat;

    /// <summary>
    /// A follower waits at least so long for a sign of the leader, and at most twice as long, before it stands for
    /// election. At least 5 heartbeats.
    /// </summary>
    public TimeSpan Election { get; init; } = DefaultElection;

    /// <summary>Bytes of one command; larger ones are refused.</summary>
    public int MaxProposalBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Commands that wait for the loop, and as many other requests; more wait in line.</summary>
    public int InboxCapacity { get; init; } = 1024;

    /// <summary>Calls that wait in line; more are refused.</summary>
    public int MaxWaiting { get; init; } = 16 * 1024;

    /// <summary>Commands that have a place in line for the log and no outcome yet.</summary>
    public int MaxOutstanding { get; init; } = 4096;

    /// <summary>Bytes of those; one always fits.</summary>
    public long MaxOutstandingBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>After this a command or read is given up, though there is a leader.</summary>
    public TimeSpan ProposalTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Entries after which a snapshot is taken.</summary>
    public int SnapshotEntries { get; init; } = DefaultSnapshotEntries;

    /// <summary>Bytes of commands after which a snapshot is taken, even after fewer entries.</summary>
    public long SnapshotBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Entries behind a snapshot's position that stay for members that lag a little.</summary>
    public int KeptEntries { get; init; } = 1000;

    /// <summary>Bytes of those at most.</summary>
    public long KeptBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>A new segment file begins when the last one has this many bytes.</summary>
    public long SegmentBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long a stop waits for the disk before it gives up.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    internal int ElectionTicks => TicksOf(Election);

    /// <summary>The longest time that a follower waits before it stands for election.</summary>
    internal int LongestElectionTicks => 2 * ElectionTicks;

    internal int TicksOf(TimeSpan time) => (int)Math.Min(time.Ticks / Tick.Ticks, int.MaxValue);

    /// <exception cref="ArgumentException">a value is out of its range, or two do not go together</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Directory);
        ArgumentException.ThrowIfNullOrEmpty(Node);
        ValidateTimes();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxProposalBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxProposalBytes, LargestProposal);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(InboxCapacity);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWaiting, InboxCapacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxOutstanding);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxOutstanding, ClientSessions.MaxResults);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxOutstandingBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SnapshotEntries);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SnapshotBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(KeptEntries);
        ArgumentOutOfRangeException.ThrowIfNegative(KeptBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SegmentBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(StopGrace, TimeSpan.Zero);
    }

    internal RaftOptions ForCore(MemberId self, int seed)
    {
        var core = new RaftOptions
        {
            Self = self,
            Seed = seed,
            HeartbeatTicks = TicksOf(Heartbeat),
            ElectionTicks = ElectionTicks,
            MaxEntryBytes = MaxProposalBytes + CommandEnvelope.HeaderSize,
        };
        var limits = core with
        {
            MaxUncommittedBytes = Math.Max(core.MaxUncommittedBytes, 2L * core.MaxEntryBytes),
        };
        limits.Validate();
        return limits;
    }

    private void ValidateTimes()
    {
        if (Tick < TimeSpan.FromMilliseconds(10) || Tick > TimeSpan.FromSeconds(1))
            throw Wrong($"the tick is {Text(Tick)}: give 10 ms to 1 s");
        if (Heartbeat < Tick || Heartbeat.Ticks % Tick.Ticks != 0)
            throw Wrong($"the heartbeat is {Text(Heartbeat)}: give a multiple of the tick, which is {Text(Tick)}");
        if (Election < 5 * Heartbeat || Election.Ticks % Tick.Ticks != 0)
            throw Wrong($"the election timeout is {Text(Election)}: give a multiple of the tick ({Text(Tick)}) and at "
                + $"least five heartbeats ({Text(5 * Heartbeat)}), so that a lost message or two depose nobody");
        if (Election > TimeSpan.FromMinutes(1))
            throw Wrong($"the election timeout is {Text(Election)}: give at most 1 min");
        if (ProposalTimeout < 3 * Election)
            throw Wrong($"the proposal timeout is {Text(ProposalTimeout)}: give at least three election timeouts "
                + $"({Text(3 * Election)}), so that a change of leader fails nobody");
    }

    private static string Text(TimeSpan time) => $"{time.TotalMilliseconds:0.###} ms";

    private static ArgumentException Wrong(string message) => new(message);
}
