using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Orchestrator.Security;

namespace Orchestrator.Dispatching;

/// <summary>Makes a Kestrel listener the cluster's port: HTTP/2 over mutual TLS.</summary>
public static partial class ClusterPort
{
    private const int StreamsPerNode = 1000;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    public static void Listen(ListenOptions listen, LiveIdentity identity, TimeProvider clock, ILogger logger)
    {
        var limits = listen.KestrelServerOptions.Limits.Http2;
        limits.MaxStreamsPerConnection = StreamsPerNode; // one session, and each reading of logs
        limits.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
        limits.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        listen.Protocols = HttpProtocols.Http2;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = HandshakeTimeout,
            OnConnection = context => ValueTask.FromResult(TlsPolicy.ForServer(
                identity.Current,
                clock,
                problem => LogRefused(logger, context.Connection.RemoteEndPoint?.ToString() ?? "?", problem.Message))),
        });
    }

    [LoggerMessage(LogLevel.Warning, "Refused a connection from {Address}: {Why}")]
    private static partial void LogRefused(ILogger logger, string address, string why);
}
