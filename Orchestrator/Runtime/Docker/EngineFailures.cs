using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Orchestrator.Runtime.Docker;

/// <summary>
/// Turns what an engine says, or that it says nothing, into failures a task and a user can do something with.
/// </summary>
internal static partial class EngineFailures
{
    /// <summary>Signs of an engine that has lost its containerd or is going down: not the task's fault.</summary>
    private static readonly ImmutableArray<string> Transient =
        ["containerd.sock", "transport is closing", "all SubConns are in TransientFailure", "is shutting down"];

    public static RuntimeException Refused(EngineReply reply)
    {
        var message = reply.Message;
        return new RuntimeException(Classify(reply.Status, message), Explain(message));
    }

    public static RuntimeException Silent(string endpoint, EngineCall call, TimeSpan waited) => new(
        RuntimeFailure.Unavailable,
        $"the Docker engine at {endpoint} did not answer within {waited.TotalSeconds:0.#} s " +
        $"({call.Method} {PathOnly(call)}): it hangs or is overloaded");

    public static RuntimeException Unreachable(string endpoint, Exception e) =>
        new(RuntimeFailure.Unavailable, Reason(endpoint, e), e);

    private static string Reason(string endpoint, Exception e) => FindSocketError(e) switch
    {
        SocketError.AccessDenied =>
            $"permission denied for the Docker engine's socket {endpoint}: run as root or join the socket's group",
        SocketError.ConnectionRefused => $"no Docker engine answers at {endpoint}: it is stopped or starting",
        SocketError.AddressNotAvailable => $"there is no Docker engine at {endpoint}: the socket does not exist",
        _ => $"the connection to the Docker engine at {endpoint} failed: {e.GetBaseException().Message}",
    };

    private static SocketError? FindSocketError(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
            if (e is SocketException socket)
                return socket.SocketErrorCode;
        return null;
    }

    private static RuntimeFailure Classify(HttpStatusCode status, string message) => status switch
    {
        _ when Has(message, "cannot join network of a non running container") => RuntimeFailure.NotYet,
        HttpStatusCode.NotFound when Has(message, "no such container") => RuntimeFailure.NotFound,
        HttpStatusCode.Conflict when Has(message, "marked for removal") => RuntimeFailure.NotFound,
        HttpStatusCode.BadRequest when Has(message, "client version") => RuntimeFailure.Unavailable,
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests => RuntimeFailure.Unavailable,
        >= HttpStatusCode.InternalServerError when Transient.Any(sign => Has(message, sign)) =>
            RuntimeFailure.Unavailable,
        _ => RuntimeFailure.Rejected,
    };

    /// <summary>Says in front what a user needs to know, where the engine hides it in a chain of causes.</summary>
    private static string Explain(string message)
    {
        var taken = TakenPort().Match(message);
        return taken.Success
            ? $"host port {taken.Groups["port"].Value} is already in use on this node: {message}"
            : message;
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static string PathOnly(EngineCall call) => call.Path.Split('?')[0];

    [GeneratedRegex(
        @":(?<port>\d+)(?: failed)?: (?:port is already allocated|bind: address already in use)",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TakenPort();
}
