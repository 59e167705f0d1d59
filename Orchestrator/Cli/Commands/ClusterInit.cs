using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Specs;

namespace Orchestrator.Cli.Commands;

internal static class ClusterInit
{
    public static CliCommand Build() => new("init", "Start a cluster: this host becomes its first manager.", RunAsync)
    {
        Examples = ["swarmnet init", "swarmnet init --advertise-addr 192.168.1.10"],
        Flags =
        [
            Flag.Text("--advertise-addr", "Address that the other hosts reach this one at, IP[:PORT]", "address"),
            Flag.Text("--listen-addr", "Address to listen on (default 0.0.0.0:2377)", "address"),
            Flag.Text("--availability", "active, pause or drain (default active)"),
            Flag.Text("--strategy", "How to choose among nodes that fit: spread, binpack, random (default spread)",
                "strategy"),
        ],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var strategy = run.Choice("--strategy", PlacementFlags.Strategies);
        var request = new SwarmInitDto
        {
            ListenAddr = run.Text("--listen-addr"),
            AdvertiseAddr = run.Text("--advertise-addr"),
            Availability = run.Choice("--availability", "active", "pause", "drain"),
            Spec = strategy is null ? new SwarmSpecDto() : new SwarmSpecDto { Labels = StrategyLabel(strategy) },
        };
        var id = await run.Api.PostAsync(
            "/swarm/init", ApiBody.Of(request, WireJson.Default.SwarmInitDto), WireJson.Default.String, ct);
        run.Error.WriteLine($"This host is now a manager of a new cluster, as node {id}.");
        run.Error.WriteLine();
        await JoinToken.PrintAsync(run, JoinToken.Worker, ct);
        run.Error.WriteLine();
        run.Error.WriteLine("A first service: swarmnet service create --name web --replicas 3 IMAGE");
        return ExitCode.Ok;
    }

    private static ImmutableSortedDictionary<string, string> StrategyLabel(string strategy) =>
        ImmutableSortedDictionary<string, string>.Empty.Add(PlacementFlags.StrategyLabel, strategy);
}
