using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>A group of members, all that surrounds them, and one source of chance: the same seed gives the same world.</summary>
internal sealed class World
{
    public const int ElectionTicks = 10;
    public const int HeartbeatTicks = 2;
    public const int MaxInflightAppends = 4;
    public const int MaxEntryBytes = 512;

    private const ulong Incarnation = 7;

    private readonly List<SimulatedMember> _members = [];
    private readonly Dictionary<MemberId, SimulatedMember> _byId = [];

    public World(int seed, int size, bool isTraced)
    {
        Random = new Random(seed);
        Profile = Profile.Draw(Random);
        Trace = isTraced ? new Trace(Time) : null;
        var founders = Enumerable.Range(1, size).Select(number => new MemberId((ulong)number)).ToArray();
        var first = new Membership
        {
            Incarnation = Incarnation,
            Members = [.. founders.Select(id => new Member(id, $"node-{id}", $"host-{id}", Votes: true))],
        };
        Network = new SimulatedNetwork(this);
        Checker = new Checker(this, first);
        Clients = new Clients(this);
        Faults = new FaultPlan(this);
        Operator = new Operator(this);
        foreach (var id in founders)
            Add(id, first);
    }

    public Timeline Time { get; } = new();

    public Random Random { get; }

    public Profile Profile { get; }

    /// <summary>Null when nobody will read it.</summary>
    public Trace? Trace { get; }

    public SimulatedNetwork Network { get; }

    public Checker Checker { get; }

    public Clients Clients { get; }

    public FaultPlan Faults { get; }

    public Operator Operator { get; }

    /// <summary>All that ever were, in the order of their coming.</summary>
    public IReadOnlyList<SimulatedMember> Members => _members;

    /// <summary>The faults are over.</summary>
    public bool IsHealed { get; private set; }

    public void Begin()
    {
        Clients.Begin();
        Faults.Begin();
        Operator.Begin();
    }

    /// <summary>The network works, every process runs that can, and nothing fails any more.</summary>
    public void Heal()
    {
        Trace?.Add($"the world is healed");
        IsHealed = true;
        Network.BecomePerfect();
        foreach (var member in _members)
        {
            member.Process?.Resume();
            if (member.Process is { } process)
                process.Snapshots.IsUnreadable = false;
            member.Start();
        }
    }

    public bool Chance(double share) => share > 0 && Random.NextDouble() < share;

    public SimulatedMember? Find(MemberId id) => _byId.GetValueOrDefault(id);

    public SimulatedMember AnyMember() => _members[Random.Next(_members.Count)];

    /// <summary>A host that waits to be taken in.</summary>
    public MemberId AddJoiner()
    {
        var id = new MemberId((ulong)_members.Count + 1);
        Add(id, new Membership { Incarnation = Incarnation });
        return id;
    }

    /// <summary>Small limits, so that they are reached.</summary>
    public RaftOptions OptionsOf(MemberId id) => new()
    {
        Self = id,
        Seed = Random.Next(),
        HeartbeatTicks = HeartbeatTicks,
        ElectionTicks = ElectionTicks,
        MaxEntryBytes = MaxEntryBytes,
        MaxAppendBytes = 300,
        MaxAppendEntries = Profile.MaxAppendEntries,
        MaxInflightAppends = MaxInflightAppends,
        MaxInflightBytes = 1000,
        MaxUncommittedBytes = 700,
        SnapshotChunkBytes = 24,
        MaxPendingReads = 2,
    };

    /// <summary>The one that leads in the highest term, of those that think they lead.</summary>
    public SimulatedMember? Leader() =>
        _members.Where(member => member.Process is { Leads: true }).MaxBy(member => member.Process!.Core.Term);

    /// <summary>One of those that think they lead; null when none does.</summary>
    public SimulatedMember? AnyLeader()
    {
        var leaders = _members.Where(member => member.Process is { Leads: true }).ToArray();
        return leaders.Length == 0 ? null : leaders[Random.Next(leaders.Length)];
    }

    /// <summary>Whether every membership that may count still has a quorum without this member's data.</summary>
    /// <remarks>Also one that a leader has only in its memory: whatever becomes of it, no other log is better than its own.</remarks>
    public bool CanLose(MemberId lost) => !Find(lost)!.Disk.IsDamaged
        && Checker.Memberships.Possible(Checker.Ledger)
            .Concat(_members.Select(member => member.Process?.Core.Membership).OfType<Membership>())
            .All(membership => HasQuorum(membership, lost));

    /// <summary>Whether those that are not lost can decide for such a group.</summary>
    public bool CanDecide(Membership membership) => HasQuorum(membership, MemberId.None);

    private bool HasQuorum(Membership membership, MemberId lost)
    {
        var voters = membership.Members.Where(member => member.Votes).ToArray();
        return voters.Count(voter => voter.Id != lost && !Find(voter.Id)!.Disk.IsDamaged) > voters.Length / 2;
    }

    private void Add(MemberId id, Membership first)
    {
        var member = new SimulatedMember(this, id, first);
        _members.Add(member);
        _byId.Add(id, member);
        member.Start();
    }
}
