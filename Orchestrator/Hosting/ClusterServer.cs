using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Orchestrator.Dispatching;
using Orchestrator.Security;

namespace Orchestrator.Hosting;

/// <summary>The one port that hosts of the cluster talk to: TLS 1.3 with certificates on both sides, HTTP/2.</summary>
internal sealed class ClusterServer : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);
    private const int MostConnections = 20_000;

    private readonly WebApplication _application;

    private ClusterServer(WebApplication application) => _application = application;

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
            kestrel.Listen(listen, options =>
            {
                bound = options;
                ClusterPort.Listen(options, identity, services.Time, logger);
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
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }
}
