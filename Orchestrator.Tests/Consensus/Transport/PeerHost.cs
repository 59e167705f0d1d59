using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Transport;
using Orchestrator.Dispatching;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Tests.Consensus.Transport;

/// <summary>One member's door and its way to the others, on real ports with real TLS; no Raft behind it.</summary>
internal sealed class PeerHost : IAsyncDisposable
{
    private readonly Channel<Message> _received = Channel.CreateUnbounded<Message>();
    private readonly NodeIdentity _identity;
    private readonly Channel<MemberId> _lost = Channel.CreateUnbounded<MemberId>();
    private WebApplication? _app;
    private int _port;

    public PeerHost(ulong id, NodeIdentity identity, PeerOptions? options = null)
    {
        _identity = identity;
        Id = new MemberId(id);
        Options = options ?? new PeerOptions { Retry = new Backoff(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20)) };
        Connector = ClusterConnector.ForNode(new LiveIdentity(identity), TimeProvider.System);
        Transport = new PeerTransport(new PeerSurroundings(Connector, TimeProvider.System, NullLogger.Instance) { Options = Options });
        Status = new MemberStatus { Self = Id, Membership = new Membership { Incarnation = 7 } };
        Receiver = new PeerReceiver(() => Status, DeliverAsync, Options) { IsManager = peer => IsManager(peer) };
    }

    public MemberId Id { get; }

    public PeerOptions Options { get; }

    public ClusterConnector Connector { get; }

    public PeerTransport Transport { get; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>What the door knows of the group.</summary>
    public MemberStatus Status { get; set; }

    /// <summary>Whom the door takes for a manager, of those with a manager's certificate.</summary>
    public Func<PeerIdentity, bool> IsManager { get; set; } = _ => true;

    /// <summary>Null: this host takes no part.</summary>
    public PeerReceiver? Receiver { get; set; }

    /// <summary>Completes before a message is taken.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public string Address => $"127.0.0.1:{_port}";

    public Member AsMember => new(Id, _identity.NodeId.Value, Address, Votes: true);

    public async Task ListenAsync(int port = 0)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port,
            listen => ClusterPort.Listen(listen, new LiveIdentity(_identity), TimeProvider.System, NullLogger.Instance)));
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        PeerEndpoint.Map(_app, () => Receiver, NullLogger.Instance);
        PeerLinksEndpoint.Map(_app, () => Receiver is null ? null : Status, peer => IsManager(peer), Clock);
        await _app.StartAsync();
        _port = new Uri(_app.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    public async Task CloseAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app!.StopAsync(now.Token);
        await _app.DisposeAsync();
        _app = null;
    }

    public void Attach(ulong incarnation = 7) => Transport.Attach(Id, incarnation, member => _lost.Writer.TryWrite(member));

    public void Follow(params PeerHost[] others) => Transport.Follow(new Membership
    {
        Incarnation = 7, Members = [.. others.Select(other => other.AsMember)],
    });

    public async Task<Message> ReceiveAsync(CancellationToken ct) => await _received.Reader.ReadAsync(ct);

    public async Task<MemberId> LosesAsync(CancellationToken ct) => await _lost.Reader.ReadAsync(ct);

    /// <summary>Sends until one has arrived: the first may be dropped while there is no connection.</summary>
    public async Task<Message> SendUntilReceivedAsync(PeerHost to, CancellationToken ct)
    {
        using var retry = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var received = to.ReceiveAsync(ct);
        while (!received.IsCompleted)
        {
            Transport.Send(new Message.TimeoutNow(Id, to.Id, 1));
            await Task.WhenAny(received, retry.WaitForNextTickAsync(ct).AsTask());
        }
        return await received;
    }

    /// <summary>Waits until the link to the other is as said.</summary>
    public async Task UntilLinkAsync(PeerHost to, Func<PeerLink, bool> isSo, CancellationToken ct)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!isSo(Transport.LinkTo(to.Id)))
            await look.WaitForNextTickAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        if (_app is not null)
            await CloseAsync();
        _identity.Dispose();
    }

    private async ValueTask DeliverAsync(Message message, int bytes, CancellationToken ct)
    {
        await Gate.WaitAsync(ct);
        _received.Writer.TryWrite(message);
    }
}
