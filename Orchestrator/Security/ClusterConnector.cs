using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Security;

/// <summary>Opens connections to managers, for HTTP clients: every failure is a <see cref="PeerException"/>.</summary>
public sealed class ClusterConnector
{
    /// <summary>For the TCP connection and the handshake together.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan MinPing = TimeSpan.FromSeconds(1);

    private readonly Func<Action<PeerException>, SslClientAuthenticationOptions> _makeOptions;

    private ClusterConnector(Func<Action<PeerException>, SslClientAuthenticationOptions> makeOptions) =>
        _makeOptions = makeOptions;

    /// <summary>As a node of the cluster.</summary>
    public static ClusterConnector ForNode(LiveIdentity identity, TimeProvider clock) => new(refused =>
    {
        var current = identity.Current;
        if (clock.GetUtcNow() > current.Validity.NotAfter)
        {
            throw new PeerException(
                PeerProblem.OwnCertificateExpired,
                $"this node's certificate expired at {Validity.Text(current.Validity.NotAfter)}, and here it is "
                + $"{Validity.Text(clock.GetUtcNow())}: set the clock right if it is wrong, or leave and join again");
        }
        return TlsPolicy.ForClient(current, clock, refused);
    });

    /// <summary>As a host that joins and knows the CA.</summary>
    public static ClusterConnector ForJoining(X509Certificate2 ca, TimeProvider clock) =>
        new(refused => TlsPolicy.ForJoining(ca, clock, refused));

    /// <summary>Without checking the other side.</summary>
    internal static ClusterConnector Unverified() => new(_ => TlsPolicy.Unverified());

    /// <summary>
    /// A handler for HTTP/2 to <c>https://ip:port</c>; the caller disposes it. A failure is inside the
    /// <see cref="HttpRequestException"/>: <see cref="PeerException.In"/>.
    /// </summary>
    /// <param name="connectLimit">null = <see cref="ConnectTimeout"/></param>
    public SocketsHttpHandler CreateHandler(TimeSpan? connectLimit = null) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = ConnectTimeout + TimeSpan.FromSeconds(1),
        // The handler takes a connected SslStream as it is.
        ConnectCallback = async (context, ct) => await ConnectAsync(
            context.DnsEndPoint, connectLimit ?? ConnectTimeout, ct),
    };

    /// <summary>A client for calls that last, over one HTTP/2 connection; the caller disposes it.</summary>
    /// <param name="address"><c>ip:port</c></param>
    /// <param name="ping">a manager that is silent this long is asked for a sign of life, and has as long to give
    /// it; the handler takes no less than a second</param>
    /// <param name="connectLimit">null = <see cref="ConnectTimeout"/></param>
    internal HttpClient CreateStreamingClient(string address, TimeSpan ping, TimeSpan? connectLimit = null)
    {
        var handler = CreateHandler(connectLimit);
        handler.KeepAlivePingDelay = ping < MinPing ? MinPing : ping;
        handler.KeepAlivePingTimeout = handler.KeepAlivePingDelay;
        handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        return new HttpClient(handler)
        {
            BaseAddress = new Uri($"https://{address}"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <exception cref="PeerException">for any failure but a cancelled <paramref name="ct"/></exception>
    public Task<SslStream> ConnectAsync(DnsEndPoint manager, CancellationToken ct) =>
        ConnectAsync(manager, ConnectTimeout, ct);

    private async Task<SslStream> ConnectAsync(DnsEndPoint manager, TimeSpan limit, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(limit);
        PeerException? refusal = null;
        var options = _makeOptions(problem => refusal = problem);
        var at = $"{manager.Host}:{manager.Port}";
        try
        {
            return await HandshakeAsync(manager, options, timeout.Token);
        }
        catch (SocketException e)
        {
            throw new PeerException(PeerProblem.Unreachable, $"cannot reach the manager at {at}: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new PeerException(
                PeerProblem.Unreachable,
                $"cannot reach the manager at {at}: no answer in {limit.TotalSeconds:0.#} s", e);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            throw refusal is null
                ? new PeerException(
                    PeerProblem.NotAManager, $"what listens at {at} does not answer as a manager: {e.Message}", e)
                : new PeerException(refusal.Problem, $"the manager at {at} is refused: {refusal.Message}", e);
        }
    }

    private static async Task<SslStream> HandshakeAsync(
        DnsEndPoint manager, SslClientAuthenticationOptions options, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? stream = null;
        try
        {
            await socket.ConnectAsync(manager, ct);
            stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(options, ct);
            return stream;
        }
        catch
        {
            if (stream is not null)
                await stream.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }
}
