using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Orchestrator.Security;

namespace Orchestrator.Hosting;

/// <summary>The one port that hosts of the cluster talk to: TLS 1.3 with certificates on both sides, HTTP/2.</summary>
internal sealed partial class ClusterServer : IAsyncDisposable
{
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);
    private const int MostConnections = 20_000;

    private readonly WebApplication application;

    private ClusterServer(WebApplication application) => this.application = application;

    /// <summary>Where it listens, with the real port.</summary>
    public IPEndPoint EndPoint { get; private init; } = new(IPAddress.None, 0);

    /// <exception cref="IOException">the address cannot be listened on</exception>
    public static async Task<ClusterServer> StartAsync(
        IPEndPoint listen, LiveIdentity identity, HostServices services, Action<IEndpointRouteBuilder> map)
    {
        var logger = services.Logging.CreateLogger<ClusterServer>();
        ListenOptions? bound = null;
        var application = WebServer.Create(services.Logging, kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(listen, options =>
            {
                bound = options;
                options.Protocols = HttpProtocols.Http2;
                options.UseHttps(new TlsHandshakeCallbackOptions
                {
                    HandshakeTimeout = HandshakeLimit,
                    OnConnection = _ => new(TlsPolicy.ForServer(
                        identity.Current, services.Time, refused => LogRefused(logger, refused.Message))),
                });
            });
        });
        map(application);
        try
        {
            await application.StartAsync();
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            await application.DisposeAsync();
            throw new IOException($"cannot listen on {listen}: {exception.Message} Choose another address with "
                + "--listen-addr, or stop what uses it.", exception);
        }
        return new ClusterServer(application) { EndPoint = bound!.IPEndPoint! };
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit);
        await application.StopAsync(limit.Token);
        await application.DisposeAsync();
    }

    [LoggerMessage(LogLevel.Warning, "refused a connection to the cluster port: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);
}
