using System.Collections.Concurrent;
using System.Threading.Channels;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Transport;

namespace Orchestrator.Tests.Consensus;

/// <summary>Connects members without sockets. Links are cut, held and watched by the test.</summary>
internal sealed class MemoryNetwork : IAsyncDisposable
{
    private readonly ConcurrentDictionary<MemberId, Func<Message, ValueTask>> _doors = new();
    private readonly ConcurrentDictionary<Link, Pump> _pumps = new();
    private readonly ConcurrentDictionary<Link, bool> _cut = new();
    private readonly ConcurrentDictionary<Link, TaskCompletionSource> _held = new();
    private readonly ConcurrentDictionary<MemberId, Membership> _followed = new();
    private long _sent;

    /// <summary>How often a message arrives; 0: it is lost.</summary>
    public Func<Message, int> Copies { get; set; } = _ => 1;

    /// <summary>Messages given to it so far.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Nothing is on its way, but over links that are held.</summary>
    public bool IsIdle => _pumps.All(pump => pump.Value.IsIdle || _held.ContainsKey(pump.Key));

    public IPeerTransport For(MemberId member) => new Port(this, member);

    public void Open(MemberId member, Func<Message, ValueTask> door) => _doors[member] = door;

    public void Close(MemberId member) => _doors.TryRemove(member, out _);

    /// <summary>Whom a real transport would keep connections to.</summary>
    public Membership FollowedBy(MemberId member) => _followed[member];

    /// <summary>Both ways, with everybody.</summary>
    public void Isolate(MemberId member, IEnumerable<MemberId> others, bool isCut = true)
    {
        foreach (var other in others.Where(other => other != member))
            (_cut[new Link(member, other)], _cut[new Link(other, member)]) = (isCut, isCut);
    }

    /// <summary>Messages to the member wait, from now on.</summary>
    public void HoldTo(MemberId member, IEnumerable<MemberId> others)
    {
        foreach (var other in others.Where(other => other != member))
            _held[new Link(other, member)] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Release()
    {
        foreach (var link in _held.Keys)
            if (_held.TryRemove(link, out var held))
                held.SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        Release();
        foreach (var pump in _pumps.Values)
            await pump.DisposeAsync();
    }

    private bool IsUp(Link link) => !_cut.GetValueOrDefault(link) && _doors.ContainsKey(link.To);

    private void Send(Message message)
    {
        var link = new Link(message.From, message.To);
        Interlocked.Increment(ref _sent);
        for (var copies = IsUp(link) ? Copies(message) : 0; copies > 0; copies--)
            _pumps.GetOrAdd(link, key => new Pump(this, key)).Add(message);
    }

    private readonly record struct Link(MemberId From, MemberId To);

    private sealed class Port(MemoryNetwork network, MemberId self) : IPeerTransport
    {
        public void Attach(MemberId member, ulong incarnation, Action<MemberId> lost)
        {
            // Links are never reported as broken: elections have to do without hints.
        }

        // Whoever has a door can be reached.
        public void Follow(Membership membership) => network._followed[self] = membership;

        public void Send(Message message) => network.Send(message);

        public PeerLink LinkTo(MemberId member) => new(network.IsUp(new Link(self, member)), "");
    }

    /// <summary>Carries the messages of one link, in order.</summary>
    private sealed class Pump : IAsyncDisposable
    {
        private readonly MemoryNetwork _network;
        private readonly Link _link;
        private readonly Channel<Message> _queue = Channel.CreateUnbounded<Message>();
        private readonly Task _loop;
        private int _inFlight;

        public Pump(MemoryNetwork network, Link link)
        {
            (_network, _link) = (network, link);
            _loop = LoopAsync();
        }

        public bool IsIdle => Volatile.Read(ref _inFlight) == 0;

        public void Add(Message message)
        {
            Interlocked.Increment(ref _inFlight);
            _queue.Writer.TryWrite(message);
        }

        public async ValueTask DisposeAsync()
        {
            _queue.Writer.TryComplete();
            await _loop;
        }

        private async Task LoopAsync()
        {
            await foreach (var message in _queue.Reader.ReadAllAsync())
            {
                if (_network._held.TryGetValue(_link, out var held))
                    await held.Task;
                if (_network.IsUp(_link) && _network._doors.TryGetValue(_link.To, out var door))
                    await door(message);
                Interlocked.Decrement(ref _inFlight);
            }
        }
    }
}
