using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Orchestrator.Cli.Samples;

/// <summary>
/// <c>swarmnet sample web [--port N]</c>: a web server to try a cluster with that needs no image and no registry. It
/// says which task answered. Plain sockets: it is up in a moment and takes little memory, so that hundreds fit on a
/// small host.
/// </summary>
public static class SampleWeb
{
    private const int DefaultPort = 8080;
    private const int LongestRequest = 16 << 10;
    private const int MostConnections = 1024;
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Serves until SIGTERM or SIGINT; then the exit code is 0.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output)
    {
        if (PortOf(args) is not { } port)
        {
            await output.WriteLineAsync("usage: swarmnet sample web [--port 0-65535]");
            return 2;
        }

        using var ending = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        try
        {
            await ServeAsync(port, output, ending.Token);
            return 0;
        }
        catch (SocketException e)
        {
            await output.WriteLineAsync($"cannot listen on port {port}: {e.Message}");
            return 1;
        }

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ending.Cancel();
        }
    }

    internal static async Task ServeAsync(int port, TextWriter output, CancellationToken ct)
    {
        using var listener =
            new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        listener.Listen(512);
        var bound = ((IPEndPoint)listener.LocalEndPoint!).Port;
        await output.WriteLineAsync($"listening on http://0.0.0.0:{bound}");
        await output.FlushAsync(ct);

        using var room = new SemaphoreSlim(MostConnections);
        var answers = new HashSet<Task>();
        try
        {
            while (true)
            {
                await room.WaitAsync(ct);
                answers.RemoveWhere(answer => answer.IsCompleted);
                answers.Add(AnswerAsync(await listener.AcceptAsync(ct), room, ct));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(answers);
        }
    }

    private static async Task AnswerAsync(Socket socket, SemaphoreSlim room, CancellationToken ct)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            using (socket)
            {
                socket.NoDelay = true;
                var buffer = new byte[LongestRequest];
                var held = 0;
                while (true)
                {
                    idle.CancelAfter(IdleTimeout);
                    var read = await socket.ReceiveAsync(buffer.AsMemory(held), idle.Token);
                    held += read;
                    if (read == 0 || !await RespondAsync(socket, buffer, held, idle.Token))
                        return;
                    held = buffer.AsSpan(0, held).IndexOf("\r\n\r\n"u8) < 0 ? held : 0;
                }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The client went away or was idle too long, or the server ends.
        }
        finally
        {
            room.Release();
        }
    }

    /// <returns>whether the connection may be used again</returns>
    private static async Task<bool> RespondAsync(Socket socket, byte[] buffer, int held, CancellationToken ct)
    {
        if (buffer.AsSpan(0, held).IndexOf("\r\n\r\n"u8) < 0)
            return held < buffer.Length;
        var request = Encoding.ASCII.GetString(buffer, 0, held);
        var line = request[..request.IndexOf("\r\n", StringComparison.Ordinal)].Split(' ');
        var keep = line is [_, _, "HTTP/1.1"]
            && !request.Contains("connection: close", StringComparison.OrdinalIgnoreCase)
            && line[0] is "GET" or "HEAD";
        var (status, body) = Page(line is [_, var path, ..] ? path : "");
        var head = $"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
            + $"{Encoding.UTF8.GetByteCount(body)}\r\nConnection: {(keep ? "keep-alive" : "close")}\r\n\r\n";
        await socket.SendAsync(Encoding.UTF8.GetBytes(line[0] == "HEAD" ? head : head + body), ct);
        return keep;
    }

    private static (string Status, string Body) Page(string path) => path.Split('?')[0] switch
    {
        "/healthz" => ("200 OK", "ok\n"),
        "/" => ("200 OK", $"Hello from {Environment.MachineName} task {TaskName()}\n"),
        _ => ("404 Not Found", "there is / and /healthz\n"),
    };

    private static string TaskName() =>
        Environment.GetEnvironmentVariable("SWARMNET_TASK_NAME")
        ?? Environment.GetEnvironmentVariable("HOSTNAME")
        ?? Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private static int? PortOf(IReadOnlyList<string> args)
    {
        var text = args switch
        {
            [] => Environment.GetEnvironmentVariable("PORT") is { Length: > 0 } port ? port : $"{DefaultPort}",
            ["--port", var port] => port,
            [var option] when option.StartsWith("--port=", StringComparison.Ordinal) => option["--port=".Length..],
            _ => "",
        };
        return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
