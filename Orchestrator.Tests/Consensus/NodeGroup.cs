using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Consensus.Transport;
using Orchestrator.Primitives;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Consensus;

/// <summary>
/// Members on real disks with a network in memory and a clock that moves only when nobody has anything left to do: a
/// slow machine makes no difference.
/// </summary>
internal sealed class NodeGroup : IAsyncDisposable
{
    private const ulong Incarnation = 7;
    private const int MostTicks = 4000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<GroupMember> _members = [];
    private readonly Func<RaftNodeOptions, RaftNodeOptions> _change;
    private readonly Random _random = new(1);

    private NodeGroup(Func<RaftNodeOptions, RaftNodeOptions>? change) => _change = change ?? (options => options);

    public MemoryNetwork Network { get; } = new();

    public IReadOnlyList<GroupMember> Members => _members;

    public IEnumerable<MemberId> Ids => _members.Select(member => member.Id);

    public static async Task<NodeGroup> StartAsync(int voters, Func<RaftNodeOptions, RaftNodeOptions>? change = null)
    {
        var group = new NodeGroup(change);
        var members = Enumerable.Range(1, voters).Select(i => new Member(new MemberId((ulong)i), $"n{i}", $"a{i}", true));
        var first = new Membership { Incarnation = Incarnation, Members = [.. members] };
        foreach (var member in first.Members)
            group.Add(member, first);
        await group.LeaderAsync();
        return group;
    }

    /// <summary>A host that waits to be taken in.</summary>
    public GroupMember AddJoiner(ulong id) => Add(
        new Member(new MemberId(id), $"n{id}", $"a{id}", false), new Membership { Incarnation = Incarnation });

    /// <summary>Waits until one leads and every running member but those knows it.</summary>
    public async Task<GroupMember> LeaderAsync(params GroupMember[] without)
    {
        GroupMember? leader = null;
        await UntilAsync("one leads and the others know it", () =>
        {
            var counted = _members.Where(member => member.IsRunning && !without.Contains(member)).ToArray();
            leader = counted.FirstOrDefault(member => member.Status.Role == RaftRole.Leader);
            return leader is not null && leader.Leadership is not null
                && counted.All(member => member.Status.Leader == leader.Id && member.Status.Term == leader.Status.Term);
        });
        return leader!;
    }

    public IEnumerable<GroupMember> Followers(GroupMember leader) => _members.Where(member => member != leader);

    /// <summary>Moves the clock until it is so.</summary>
    public async Task UntilAsync(string what, Func<bool> isSo)
    {
        for (var i = 0; i < MostTicks; i++)
        {
            await SettleAsync();
            if (isSo())
                return;
            _time.Advance(TimeSpan.FromMilliseconds(50));
        }
        var all = string.Join('\n', _members.Where(member => member.IsRunning).Select(member => member.Status));
        throw new AssertionException($"it never came that {what}:\n{all}");
    }

    public async Task<T> DriveAsync<T>(Task<T> task)
    {
        await UntilAsync("the task is over", () => task.IsCompleted);
        return await task;
    }

    public async Task DriveAsync(Task task)
    {
        await UntilAsync("the task is over", () => task.IsCompleted);
        await task;
    }

    public Task<Applied> ProposeAsync(GroupMember at, string command) => DriveAsync(at.ProposeAsync(command));

    public async Task AllHaveAsync(params string[] commands)
    {
        await UntilAsync($"all have {string.Join(", ", commands)}", () => _members.Where(member => member.IsRunning)
            .All(member => commands.All(member.Machine.Commands.Contains)));
        foreach (var member in _members.Where(member => member.IsRunning))
            Assert.That(member.Machine.Commands, Is.Unique, $"member {member.Id}");
    }

    public void Pass(TimeSpan time) => _time.Advance(time);

    /// <summary>Waits until nobody has anything to do but to wait for the clock.</summary>
    public async Task SettleAsync()
    {
        for (var quiet = 0; quiet < 2;)
        {
            var before = Network.Sent;
            foreach (var member in _members.Where(member => member.IsRunning))
                await member.TurnAsync().WaitAsync(Patience);
            var isQuiet = Network.IsIdle && Network.Sent == before
                && _members.All(member => !member.IsRunning || member.HasNothingToDo);
            quiet = isQuiet ? quiet + 1 : 0;
            if (!isQuiet)
                await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Network.Release();
        foreach (var member in _members)
            await member.DisposeAsync();
        await Network.DisposeAsync();
        _directory.Dispose();
    }

    private GroupMember Add(Member self, Membership first)
    {
        var options = _change(new RaftNodeOptions
        {
            Directory = _directory.Child(self.Node), Node = self.Node, Address = self.Address,
            StopGrace = TimeSpan.FromSeconds(30),
        });
        var ids = new IdSource(_random.NextBytes);
        var member = new GroupMember(this, options, new NewMember(self.Id, first), machine =>
            new NodeSurroundings(machine, NullLogger.Instance, _time) { Transport = Network.For(self.Id), Ids = ids });
        _members.Add(member);
        member.Start();
        return member;
    }
}

/// <summary>One member of a group, over several lives.</summary>
internal sealed class GroupMember(
    NodeGroup group, RaftNodeOptions options, NewMember self, Func<IStateMachine, NodeSurroundings> around)
    : IAsyncDisposable
{
    private CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public MemberId Id => self.Id;

    public string Directory => options.Directory;

    public bool IsRunning { get; private set; }

    public RaftNode Node { get; private set; } = null!;

    public MembershipChanges Changes => new(Node);

    public RecordingMachine Machine { get; private set; } = new();

    public MemberStatus Status => Node.Status;

    public bool HasNothingToDo => Status is { IsWriting: false } status && status.AppliedIndex == status.CommitIndex;

    /// <summary>The present one; null while this member does not lead.</summary>
    public Leadership? Leadership
    {
        get
        {
            var leading = Node.LeadAsync(_stop.Token);
            return leading.IsCompletedSuccessfully ? leading.GetAwaiter().GetResult() : null;
        }
    }

    public void Start()
    {
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        Machine = new RecordingMachine();
        Node = RaftNode.Open(options, around(Machine) with { IfNew = self });
        group.Network.Open(Id, message => Node.ReceiveAsync(message, PeerCodec.SizeOf(message), _stop.Token));
        _loop = Node.RunAsync(_stop.Token);
        IsRunning = true;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    public async Task StopAsync()
    {
        if (!IsRunning)
            return;
        IsRunning = false;
        group.Network.Close(Id);
        await _stop.CancelAsync();
        await _loop;
        await Node.DisposeAsync();
    }

    public Task<Applied> ProposeAsync(string command, CancellationToken ct = default) =>
        Node.ProposeAsync(Encoding.UTF8.GetBytes(command), ct).AsTask();

    /// <summary>Completes after a turn of the loop.</summary>
    public Task TurnAsync() => Node.CallAsync(_ => { }, default);
}
