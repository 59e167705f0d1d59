using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Orchestrator.Api;

namespace Orchestrator.Hosting;

/// <summary>The API on the host's own socket, and on loopback ports if asked for.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    /// <summary>Owner and group: whoever may use the socket controls the host.</summary>
    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Followed logs and events hold one each.</summary>
    private const long MaxConnections = 2000;

    /// <summary>Bytes of a request that are read before somebody asks for them.</summary>
    private const long ConnectionBuffer = 64 * 1024;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    private readonly WebApplication _application;
    private readonly string _socketPath;

    private ApiServer(WebApplication application, string socketPath)
    {
        _application = application;
        _socketPath = socketPath;
    }

    /// <exception cref="OptionException">an address cannot be listened on</exception>
    public static async Task<ApiServer> StartAsync(HostServices services, ApiContext context)
    {
        var path = services.Options.SocketPath;
        await ClearStaleSocketAsync(path);
        var application = WebServer.Create(services.Logging, kestrel =>
        {
            Limit(kestrel.Limits);
            kestrel.ListenUnixSocket(path, options => options.Protocols = HttpProtocols.Http1);
            foreach (var endPoint in services.Options.TcpHosts)
                kestrel.Listen(endPoint, options => options.Protocols = HttpProtocols.Http1);
        });
        ApiApplication.Map(application, context, services.Time);
        try
        {
            await application.StartAsync();
            File.SetUnixFileMode(path, SocketMode);
        }
        catch (Exception exception) when (exception is IOException or SocketException or UnauthorizedAccessException)
        {
            await application.DisposeAsync();
            throw new OptionException($"cannot serve the API: {exception.Message}");
        }
        return new ApiServer(application, path);
    }

    /// <summary>Clients that send slowly, or nothing, or come by the thousand, cost little and stop nobody.</summary>
    private static void Limit(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = MaxConnections;
        limits.MaxRequestBufferSize = ConnectionBuffer;
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 32 * 1024, TimeSpan.FromSeconds(10));
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit);
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
        File.Delete(_socketPath);
    }

    /// <summary>A socket that a killed daemon left is in the way; one that somebody serves is a mistake.</summary>
    private static async Task ClearStaleSocketAsync(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        try
        {
            Directory.CreateDirectory(directory);
            if (!File.Exists(path))
                return;
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OptionException($"cannot use the socket {path}: {exception.Message}");
        }
        throw new OptionException($"another daemon serves {path}: stop it, or choose another path with --socket");
    }
}
