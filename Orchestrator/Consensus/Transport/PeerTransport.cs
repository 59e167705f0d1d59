using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Core;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Consensus.Transport;

/// <summary>
/// Messages to the other members: one HTTP/2 stream to each, over TLS with certificates on both sides.
/// </summary>
internal sealed class PeerTransport(PeerSurroundings around) : IPeerTransport, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<PeerSender> _replaced = [];
    private volatile ImmutableSortedDictionary<MemberId, PeerSender> _senders =
        ImmutableSortedDictionary<MemberId, PeerSender>.Empty;

    private MemberId _self;
    private ulong _incarnation;
    private bool _ended;

    public void Attach(MemberId self, ulong incarnation, Action<MemberId> lost)
    {
        (_self, _incarnation) = (self, incarnation);
        around.Lost = lost;
    }

    public void Follow(Membership membership)
    {
        lock (_gate)
        {
            if (_ended)
                return;
            var next = _senders.ToBuilder();
            var others = membership.Members.Where(member => member.Id != _self && member.Address.Length > 0).ToArray();
            foreach (var gone in _senders.Keys.Except(others.Select(member => member.Id)))
                Leave(next, gone);
            foreach (var member in others)
                Keep(next, member);
            _senders = next.ToImmutable();
            _replaced.RemoveAll(sender => sender.HasEnded);
        }
    }

    public void Send(Message message) => _senders.GetValueOrDefault(message.To)?.Queue.Add(message);

    public PeerLink LinkTo(MemberId member) =>
        _senders.GetValueOrDefault(member)?.Link ?? new PeerLink(false, "its address is not known");

    /// <summary>Bytes that wait to be sent to a member.</summary>
    public long QueuedTo(MemberId member) => _senders.GetValueOrDefault(member)?.Queue.Bytes ?? 0;

    public async ValueTask DisposeAsync()
    {
        PeerSender[] all;
        lock (_gate)
        {
            _ended = true;
            all = [.. _senders.Values, .. _replaced];
        }
        await Task.WhenAll(all.Select(sender => sender.DisposeAsync().AsTask()));
    }

    /// <summary>Who has left is still told about it, so its sender stays for a while.</summary>
    private void Leave(ImmutableSortedDictionary<MemberId, PeerSender>.Builder next, MemberId gone)
    {
        if (next[gone].HasEnded)
            next.Remove(gone);
        else if (!next[gone].IsLeaving)
            next[gone].EndAfter(around.Options.Farewell);
    }

    private void Keep(ImmutableSortedDictionary<MemberId, PeerSender>.Builder next, Member member)
    {
        if (next.TryGetValue(member.Id, out var sender))
        {
            if (sender.GoesTo(member.Address))
                return;
            sender.EndAfter(TimeSpan.Zero);
            _replaced.Add(sender);
        }
        next[member.Id] = new PeerSender(new PeerRoute(_self, member.Id, _incarnation), member.Address, around);
    }
}

/// <summary>What the streams to other members work with.</summary>
internal sealed class PeerSurroundings(ClusterConnector connector, TimeProvider time, ILogger logger)
{
    public ClusterConnector Connector { get; } = connector;

    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;

    public PeerOptions Options { get; init; } = new();

    public Chance Chance { get; init; } = new();

    /// <summary>Told when the connection to a member breaks.</summary>
    public Action<MemberId> Lost { get; set; } = _ => { };
}
