using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Commands;

internal static class ClusterJoin
{
    /// <summary>A new manager waits for a leader that knows it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static CliCommand Build() => new("join", "Join this host to a cluster.", RunAsync)
    {
        Examples = ["swarmnet join --token SWMTKN-1-… 192.168.1.10:2377"],
        Usage = "HOST:PORT",
        MinArguments = 1,
        MaxArguments = 1,
        Flags =
        [
            Flag.Text("--token", "The token that \"swarmnet join-token\" shows; it decides the role", "token"),
            Flag.Text("--advertise-addr", "Address that the other hosts reach this one at, IP[:PORT]", "address"),
            Flag.Text("--listen-addr", "Address to listen on (default 0.0.0.0:2377)", "address"),
            Flag.Text("--availability", "active, pause or drain (default active)"),
        ],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        if (run.Text("--token") is not { Length: > 0 } token)
            throw CliException.Usage(
                "the join token is missing", "in \"swarmnet join\"",
                "Ask a manager for the whole line: swarmnet join-token worker");
        var request = new SwarmJoinDto
        {
            ListenAddr = run.Text("--listen-addr"),
            AdvertiseAddr = run.Text("--advertise-addr"),
            RemoteAddrs = [run.Arguments[0]],
            JoinToken = token,
            Availability = run.Choice("--availability", "active", "pause", "drain"),
        };
        using var api = new ApiClient(run.Address, run.Environment.Clock) { Timeout = Patience };
        await api.PostAsync("/swarm/join", ApiBody.Of(request, WireJson.Default.SwarmJoinDto), ct);
        var own = await Lookups.OwnPartAsync(run, ct);
        var role = own.ControlAvailable ? "manager" : "worker";
        run.Error.WriteLine($"This host joined the cluster as a {role}, as node {own.NodeId}.");
        return ExitCode.Ok;
    }
}
