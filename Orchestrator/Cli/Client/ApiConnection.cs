using System.Net.Sockets;

namespace Orchestrator.Cli.Client;

/// <summary>Opens connections; says in plain words why it cannot.</summary>
internal static class ApiConnection
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public static HttpMessageInvoker Open(ApiAddress address)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,
            ActivityHeadersPropagator = null,
        };
        if (address.SocketPath is { } path)
            handler.ConnectCallback = (_, _) => new(Connect(path));
        return new HttpMessageInvoker(handler);
    }

    private static NetworkStream Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Of a daemon that accepts nobody any more.
            socket.SendTimeout = (int)ConnectTimeout.TotalMilliseconds;
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.SendTimeout = 0;
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <param name="error">what sending threw</param>
    public static CliException Explain(ApiAddress address, Exception error)
    {
        var cause = error as SocketException ?? error.GetBaseException() as SocketException;
        return cause?.SocketErrorCode switch
        {
            SocketError.AccessDenied => new CliException(
                ExitCode.Unreachable,
                "permission denied on the daemon's socket",
                $"at {address}",
                "Run it as root (sudo swarmnet …), or give your group access to the socket."),
            SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.HostNotFound
                or SocketError.NetworkUnreachable or SocketError.HostUnreachable =>
                    NotRunning(address, ReasonOf(address, cause)),
            SocketError.WouldBlock => NotAccepting(address),
            _ when cause is null && error is TimeoutException => Silent(address, error.Message),
            _ => NotRunning(address, (cause ?? error).Message),
        };
    }

    /// <summary>It is there, and takes no connection.</summary>
    public static CliException NotAccepting(ApiAddress address) =>
        Silent(address, $"the daemon accepted no connection within {ConnectTimeout.TotalSeconds:0} seconds");

    private static CliException Silent(ApiAddress address, string what) => new(
        ExitCode.NotConverged, what, $"at {address}", "Look at the daemon's log: journalctl -u swarmnet");

    /// <summary>A missing socket file comes as "cannot assign requested address".</summary>
    private static string ReasonOf(ApiAddress address, SocketException cause) =>
        address.SocketPath is not null && cause.SocketErrorCode == SocketError.AddressNotAvailable ? "no such socket"
            : cause.Message;

    private static CliException NotRunning(ApiAddress address, string reason) => new(
        ExitCode.Unreachable,
        "cannot reach the swarmnet daemon: is it running?",
        $"at {address}: {reason}",
        "Start it with \"systemctl start swarmnet\" or \"swarmnet daemon\",\n"
        + $"or name another one with -H unix:///path.sock, -H tcp://host:port or {ApiAddress.Variable}.");
}
