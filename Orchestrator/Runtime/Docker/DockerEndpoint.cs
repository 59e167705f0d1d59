using System.Net.Sockets;

namespace Orchestrator.Runtime.Docker;

/// <summary>Where an engine listens: <c>unix:///path</c>. Anything else is refused with a clear message.</summary>
public sealed record DockerEndpoint
{
    public const string Default = "unix:///var/run/docker.sock";

    private const string Scheme = "unix://";

    /// <summary>What fits into the kernel's socket address, without the closing zero.</summary>
    private const int MaxPathBytes = 107;

    private DockerEndpoint(string path) => Path = path;

    public string Path { get; }

    /// <exception cref="FormatException">fit for a user to read</exception>
    public static DockerEndpoint Parse(string text)
    {
        var path = text.StartsWith(Scheme, StringComparison.Ordinal) ? text[Scheme.Length..] : "";
        if (!path.StartsWith('/') || path.Contains('\0'))
            throw new FormatException(
                $"'{text}' is not the address of a Docker engine: it must be unix:///path, for example {Default}");
        if (System.Text.Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
            throw new FormatException(
                $"the socket path in '{text}' is too long: the kernel allows {MaxPathBytes} bytes");
        return new DockerEndpoint(path);
    }

    public override string ToString() => Scheme + Path;

    internal async ValueTask<Stream> ConnectAsync(CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
