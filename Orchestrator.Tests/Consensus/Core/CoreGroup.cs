using System.Text;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>Members and what is on the way between them. Nothing moves unless it is told to.</summary>
internal sealed class CoreGroup
{
    public const int ElectionTicks = 10;
    private const int MostSteps = 10_000;

    private readonly SortedDictionary<ulong, CoreMember> _members = [];
    private readonly HashSet<(ulong From, ulong To)> _cut = [];
    private readonly Func<RaftOptions, RaftOptions> _adjust;
    private readonly Action<string> _trace;

    /// <param name="voters">ids from 1</param>
    public CoreGroup(int voters, Func<RaftOptions, RaftOptions>? adjust = null, Action<string>? trace = null)
    {
        _adjust = adjust ?? (options => options);
        _trace = trace ?? (_ => { });
        var membership = new Membership
        {
            Incarnation = 7,
            Members =
            [
                .. Enumerable.Range(1, voters)
                    .Select(id => new Member(new MemberId((ulong)id), $"node-{id}", $"host-{id}", Votes: true)),
            ],
        };
        foreach (var member in membership.Members)
            Start(member.Id.Value, membership);
    }

    /// <summary>Messages on the way, oldest first.</summary>
    public List<Message> Wire { get; } = [];

    public CoreMember this[ulong id] => _members[id];

    public IEnumerable<CoreMember> Members => _members.Values;

    /// <summary>A host that waits to be taken in.</summary>
    public void Join(ulong id) => Start(id, new Membership { Incarnation = 7 });

    /// <summary>Does something to a member, then whatever that makes it want.</summary>
    public void Do(ulong id, Action<RaftCore> action)
    {
        action(_members[id].Core);
        Work(id);
    }

    public void Tick(ulong id, int ticks = 1)
    {
        for (var i = 0; i < ticks; i++)
            Do(id, core => core.Tick());
    }

    public void TickAll(int ticks = 1)
    {
        for (var i = 0; i < ticks; i++)
        {
            foreach (var id in _members.Keys)
                Tick(id);
            Settle();
        }
    }

    /// <summary>Lets time pass at one member until it asks for votes.</summary>
    public void Campaign(ulong id)
    {
        var core = _members[id].Core;
        for (var i = 0; i < 2 * ElectionTicks; i++)
        {
            var term = core.Term;
            core.Tick();
            if (Work(id).Exists(message => message is Message.PreVote) || core.Term > term)
                return;
        }
    }

    public void Elect(ulong id)
    {
        Campaign(id);
        Settle();
        Assert.That(_members[id].Core.Role, Is.EqualTo(RaftRole.Leader));
    }

    public ProposeResult Propose(ulong id, string command)
    {
        var result = ProposeResult.Accepted;
        Do(id, core => result = core.Propose(Encoding.UTF8.GetBytes(command)));
        return result;
    }

    public ProposeResult Change(ulong id, Func<Membership, Membership> change)
    {
        var result = ProposeResult.Accepted;
        Do(id, core => result = core.ChangeMembership(change(core.Membership)));
        return result;
    }

    public void Flush(ulong id)
    {
        _members[id].Flush();
        Work(id);
    }

    public void Restart(ulong id)
    {
        _members[id].Restart();
        Work(id);
    }

    /// <summary>Delivers what is on the way now; what is sent meanwhile waits.</summary>
    public void Deliver(Func<Message, bool>? which = null)
    {
        var due = Wire.Where(message => which?.Invoke(message) ?? true).ToArray();
        Wire.RemoveAll(due.Contains);
        foreach (var message in due)
        {
            if (_members.ContainsKey(message.To.Value))
                Do(message.To.Value, core => core.Step(message));
        }
    }

    public void Drop(Func<Message, bool>? which = null) => Wire.RemoveAll(message => which?.Invoke(message) ?? true);

    /// <summary>Delivers and flushes until nothing moves any more.</summary>
    public void Settle()
    {
        for (var step = 0; step < MostSteps; step++)
        {
            if (Wire.Count > 0)
                Deliver();
            else if (Members.FirstOrDefault(member => member.Pending is not null && !Stalled.Contains(member.Id)) is { } member)
                Flush(member.Id);
            else
                return;
        }
        Assert.Fail("the group never comes to rest");
    }

    /// <summary>Members whose disk hangs: <see cref="Settle"/> does not flush for them.</summary>
    public HashSet<ulong> Stalled { get; } = [];

    public void Cut(ulong from, ulong to) => _cut.Add((from, to));

    public void Isolate(ulong id)
    {
        foreach (var other in _members.Keys.Where(other => other != id))
        {
            Cut(id, other);
            Cut(other, id);
        }
        Drop(message => message.From.Value == id || message.To.Value == id);
    }

    public void Heal() => _cut.Clear();

    private void Start(ulong id, Membership membership)
    {
        var options = _adjust(new RaftOptions
        {
            Self = new MemberId(id), Seed = (int)id, ElectionTicks = ElectionTicks, SnapshotChunkBytes = 8,
        });
        _members[id] = new CoreMember(options, membership, _trace);
    }

    private List<Message> Work(ulong id)
    {
        var messages = _members[id].Work();
        Wire.AddRange(messages.Where(message => !_cut.Contains((message.From.Value, message.To.Value))));
        return messages;
    }
}
