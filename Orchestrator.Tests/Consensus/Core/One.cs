using System.Text;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>Member 1 of a group of three alone, and what its peers 2 and 3 say to it.</summary>
internal sealed class One
{
    public static readonly MemberId Self = new(1);
    public static readonly MemberId Two = new(2);
    public static readonly MemberId Three = new(3);

    public One(
        HardState hard = default, IEnumerable<LogEntry>? log = null, Membership? membership = null,
        Func<RaftOptions, RaftOptions>? adjust = null, ReceivedPart received = default)
    {
        var options = new RaftOptions { Self = Self, Seed = 1, ElectionTicks = CoreGroup.ElectionTicks };
        Core = new RaftCore(adjust?.Invoke(options) ?? options, new RecoveredState
        {
            HardState = hard, Membership = membership ?? Voters(1, 2, 3), Entries = [.. log ?? []],
            Received = received,
        });
    }

    public RaftCore Core { get; }

    /// <summary>The write that is under way.</summary>
    public Flush? Pending { get; private set; }

    public List<LogEntry> Committed { get; } = [];

    public List<ReadReady> Reads { get; } = [];

    public static Membership Voters(params ulong[] ids) => new()
    {
        Incarnation = 7,
        Members = [.. ids.Select(id => new Member(new MemberId(id), $"node-{id}", $"host-{id}", Votes: true))],
    };

    public static LogEntry Entry(ulong index, ulong term, string text = "x") =>
        new(index, term, EntryKind.Command, Encoding.UTF8.GetBytes(text));

    public static LogEntry Entry(ulong index, ulong term, Membership membership) =>
        new(index, term, EntryKind.Membership, MembershipCodec.Encode(membership));

    public static Message.Append Append(
        ulong term, LogPosition previous, ulong commit = 0, params LogEntry[] entries) =>
        new(Two, Self, term, previous, [.. entries], commit, ReadRound: 0);

    /// <summary>Gives it a message; what it says to that, writes not yet done.</summary>
    public Message[] Hears(Message message)
    {
        Core.Step(message);
        return Says();
    }

    public Message[] Says()
    {
        var said = new List<Message>();
        for (var ready = Core.TakeReady(); !ready.IsEmpty; ready = Core.TakeReady())
        {
            said.AddRange(ready.Messages);
            Committed.AddRange(ready.Committed);
            Reads.AddRange(ready.Reads);
            Pending = ready.Flush ?? Pending;
            if (!ready.Committed.IsEmpty)
                Core.Applied(ready.Committed[^1].Index);
        }
        return [.. said];
    }

    /// <summary>The write that is under way is done; what it says then.</summary>
    public Message[] Flushes()
    {
        var flush = Pending!;
        Pending = null;
        Core.Flushed(flush);
        return Says();
    }

    public Message[] Ticks(int ticks)
    {
        var said = new List<Message>();
        for (var i = 0; i < ticks; i++)
        {
            Core.Tick();
            said.AddRange(Says());
        }
        return [.. said];
    }

    /// <summary>Makes it the leader of the term after its own, with its first entry durable.</summary>
    public One Leads()
    {
        while (Core.Role == RaftRole.Follower)
            Ticks(1);
        Hears(new Message.PreVoteReply(Two, Self, Core.Term + 1, Granted: true));
        Flushes();
        Hears(new Message.VoteReply(Two, Self, Core.Term, Granted: true));
        Flushes();
        Assert.That(Core.Role, Is.EqualTo(RaftRole.Leader));
        return this;
    }

    /// <summary>A peer acknowledges everything up to an index.</summary>
    public Message[] Acknowledged(ulong index, MemberId by, ulong round = 0) => Hears(new Message.AppendReply(
        by, Self, Core.Term, Accepted: true, new LogPosition(index, TermOf(index)), round));

    private ulong TermOf(ulong index) => index == Core.LastPosition.Index ? Core.LastPosition.Term : Core.Term;
}
