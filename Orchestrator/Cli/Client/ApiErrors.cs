using System.Net;
using System.Text.Json;
using Orchestrator.Api.Contracts;

namespace Orchestrator.Cli.Client;

/// <summary>Turns refusals of the API into errors with an exit code and a way on.</summary>
internal static class ApiErrors
{
    public static CliException From(HttpStatusCode status, ReadOnlySpan<byte> body, string where)
    {
        var message = MessageOf(body) ?? $"the daemon answered {(int)status} without a reason";
        return new CliException(CodeOf(status, message), message, where, FixOf(status, message));
    }

    private static string? MessageOf(ReadOnlySpan<byte> body)
    {
        try
        {
            var message = JsonSerializer.Deserialize(body, WireJson.Default.ErrorDto)?.Message?.Trim();
            return string.IsNullOrEmpty(message) ? null : message;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int CodeOf(HttpStatusCode status, string message) => status switch
    {
        HttpStatusCode.NotFound => ExitCode.NotFound,
        HttpStatusCode.ServiceUnavailable when IsMember(message) => ExitCode.Conflict,
        HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => ExitCode.Conflict,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ServiceUnavailable =>
            ExitCode.Unreachable,
        HttpStatusCode.GatewayTimeout or HttpStatusCode.RequestTimeout => ExitCode.NotConverged,
        _ when IsStale(message) => ExitCode.Conflict,
        _ when HasNoLeader(message) => ExitCode.Unreachable,
        _ => ExitCode.Failed,
    };

    private static string? FixOf(HttpStatusCode status, string message)
    {
        if (status == HttpStatusCode.ServiceUnavailable && IsMember(message))
            return FixOfMember(message);
        if (IsStale(message))
            return "Someone changed it at the same moment: run the command again.";
        if (HasNoLeader(message))
            return "Bring a majority of the managers back, then run the command again.";
        if (status == HttpStatusCode.ServiceUnavailable && Mentions(message, "worker"))
            return "Run it on a manager, or name one: swarmnet -H tcp://MANAGER:PORT …";
        if (status == HttpStatusCode.ServiceUnavailable && Mentions(message, "not a swarm manager"))
            return "Start a cluster with \"swarmnet init\",\n"
                + "or join one with \"swarmnet join --token TOKEN HOST:PORT\".";
        return null;
    }

    private static string FixOfMember(string message)
    {
        if (!Mentions(message, "--force"))
            return "With this command it is: swarmnet leave";
        var force = "If that is what you want: swarmnet leave --force";
        return Mentions(message, "last manager")
            ? force
            : $"Make it a worker first: swarmnet node demote self\n{force}";
    }

    public static bool IsStale(string message) => Mentions(message, "out of sequence");

    /// <summary>The host is in a cluster, which is in the way of joining one, or of leaving without a word.</summary>
    private static bool IsMember(string message) =>
        Mentions(message, "already part of a swarm") || Mentions(message, "attempting to leave the swarm");

    public static bool HasNoLeader(string message) => Mentions(message, "does not have a leader");

    private static bool Mentions(string message, string part) =>
        message.Contains(part, StringComparison.OrdinalIgnoreCase);
}
