using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Orchestrator.Security;

namespace Orchestrator.Tests.Security;

/// <summary>Accepts handshakes on a port of the loopback, one after the other, and tells how each went.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Channel<Func<PeerIdentity?>> outcomes = Channel.CreateBounded<Func<PeerIdentity?>>(16);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<SslServerAuthenticationOptions> options;
    private readonly Task loop;

    public TlsServer(
        LiveIdentity identity, TimeProvider clock, Action<SslServerAuthenticationOptions>? change = null)
    {
        options = () =>
        {
            var options = TlsPolicy.ForServer(identity.Current, clock, Refusals.Enqueue);
            change?.Invoke(options);
            return options;
        };
        listener.Start();
        loop = AcceptAsync();
    }

    public ConcurrentQueue<PeerException> Refusals { get; } = new();

    public DnsEndPoint Address => new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);

    /// <summary>The peer of the next handshake; throws what the handshake threw.</summary>
    public async Task<PeerIdentity?> AcceptedAsync(CancellationToken ct) => (await outcomes.Reader.ReadAsync(ct))();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        listener.Stop();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                using var socket = await listener.AcceptSocketAsync(stop.Token);
                await HandshakeAsync(socket);
            }
        }
        catch (OperationCanceledException)
        {
            outcomes.Writer.TryComplete();
        }
    }

    private async Task HandshakeAsync(Socket socket)
    {
        await using var stream = new SslStream(new NetworkStream(socket));
        try
        {
            await stream.AuthenticateAsServerAsync(options(), stop.Token);
            var peer = PeerIdentity.Of((X509Certificate2?)stream.RemoteCertificate);
            await outcomes.Writer.WriteAsync(() => peer, stop.Token);
            await stream.WriteAsync(new byte[1], stop.Token);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await outcomes.Writer.WriteAsync(() => throw e, stop.Token);
        }
    }
}
