using System.Net;
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
    /// <summary>Members whose own word is kept; those that the group does not know go first.</summary>
    private const int MostIntroduced = 64;

    private readonly Lock _gate = new();
    private readonly List<PeerSender> _replaced = [];
    private volatile ImmutableSortedDictionary<MemberId, PeerSender> _senders =
        ImmutableSortedDictionary<MemberId, PeerSender>.Empty;

    private ImmutableSortedDictionary<MemberId, string> _said = ImmutableSortedDictionary<MemberId, string>.Empty;
    private Membership _followed = new() { Incarnation = 0 };
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
            _followed = membership;
            _said = _said.RemoveRange(membership.Removed);
            Update();
        }
    }

    /// <summary>
    /// Another member has said itself where it is. A member that is behind learns from the log late, or never, where
    /// the leader is that sends it the log: so both are tried. And it is there: a pause after a failure is over.
    /// </summary>
    /// <param name="address">nothing else than <c>ip:port</c> has an effect</param>
    public void Introduce(MemberId member, string address)
    {
        if (member == _self || !IPEndPoint.TryParse(address, out var at) || at.Port == 0)
            return;
        lock (_gate)
        {
            if (_followed.HasRemoved(member))
                return;
            if (_said.GetValueOrDefault(member) != address)
                Remember(member, address);
        }
        _senders.GetValueOrDefault(member)?.Retry(address);
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

    private void Remember(MemberId member, string address)
    {
        if (_said.Count >= MostIntroduced)
            _said = _said.RemoveRange(_said.Keys.Where(known => _followed.Find(known) is null));
        _said = _said.SetItem(member, address);
        Update();
    }

    private void Update()
    {
        if (_ended)
            return;
        var next = _senders.ToBuilder();
        var others = _followed.Members.Select(member => member.Id).Union(_said.Keys)
            .Where(id => id != _self && AddressesOf(id).Length > 0).ToArray();
        foreach (var gone in _senders.Keys.Except(others))
            Leave(next, gone);
        foreach (var member in others)
            Keep(next, member);
        _senders = next.ToImmutable();
        _replaced.RemoveAll(sender => sender.HasEnded);
    }

    private string[] AddressesOf(MemberId id) =>
    [
        .. new[] { _followed.Find(id)?.Address ?? "", _said.GetValueOrDefault(id, "") }
            .Where(address => address.Length > 0).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Who has left is still told about it, so its sender stays for a while.</summary>
    private void Leave(ImmutableSortedDictionary<MemberId, PeerSender>.Builder next, MemberId gone)
    {
        if (next[gone].HasEnded)
            next.Remove(gone);
        else if (!next[gone].IsLeaving)
            next[gone].EndAfter(around.Options.Farewell);
    }

    private void Keep(ImmutableSortedDictionary<MemberId, PeerSender>.Builder next, MemberId member)
    {
        var addresses = AddressesOf(member);
        if (next.TryGetValue(member, out var sender))
        {
            if (sender.TryFollow(addresses))
                return;
            sender.EndAfter(TimeSpan.Zero);
            _replaced.Add(sender);
        }
        next[member] = new PeerSender(new PeerRoute(_self, member, _incarnation), addresses, around);
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

    /// <summary>Where this member takes the others' messages, <c>ip:port</c>; told to them.</summary>
    public string Address { get; init; } = "";

    /// <summary>Told when the connection to a member breaks.</summary>
    public Action<MemberId> Lost { get; set; } = _ => { };
}
