using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Commands;

internal static class ClusterInit
{
    public static CliCommand Build() => new("init", "Start a cluster: this host becomes its first manager.", RunAsync)
    {
        Examples =
        [
            "swarmnet init", "swarmnet init --advertise-addr 192.168.1.10",
            "swarmnet init --force-new-cluster   # on a manager, when most managers are lost for good",
        ],
        Flags =
        [
            Flag.Text("--advertise-addr", "Address that the other hosts reach this one at, IP[:PORT]", "address"),
            Flag.Text("--listen-addr", "Address to listen on (default 0.0.0.0:2377)", "address"),
            Flag.Text("--availability", "active, pause or drain (default active)"),
            .. ClusterLabels.Options(),
            Flag.Switch(Force, "Go on with the cluster of this manager, with it as the only manager"),
        ],
    };

    private const string Force = "--force-new-cluster";

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var spec = new SwarmSpecDto();
        ClusterLabels.Apply(run, spec);
        var request = new SwarmInitDto
        {
            ListenAddr = run.Text("--listen-addr"),
            AdvertiseAddr = run.Text("--advertise-addr"),
            ForceNewCluster = run.IsOn(Force),
            Availability = run.Choice("--availability", "active", "pause", "drain"),
            Spec = spec,
        };
        if (request.ForceNewCluster)
            await WarnOfLeaderAsync(run, ct);
        var id = await run.Api.PostAsync(
            "/swarm/init", ApiBody.Of(request, WireJson.Default.SwarmInitDto), WireJson.Default.String, ct);
        if (request.ForceNewCluster)
        {
            WriteForced(run.Error, id);
            return ExitCode.Ok;
        }
        run.Error.WriteLine($"This host is now a manager of a new cluster, as node {id}.");
        run.Error.WriteLine();
        await JoinToken.PrintAsync(run, JoinToken.Worker, ct);
        run.Error.WriteLine();
        run.Error.WriteLine("A first service: swarmnet service create --name web --replicas 3 IMAGE");
        return ExitCode.Ok;
    }

    /// <summary>An answer means that the managers agree, and that there was no need for force.</summary>
    private static async Task WarnOfLeaderAsync(Invocation run, CancellationToken ct)
    {
        try
        {
            var nodes = await run.Api.GetAsync("/nodes", wire => wire.IReadOnlyListNodeDto, ct);
            var managers = nodes.Where(node => node.ManagerStatus is not null).ToArray();
            if (managers.Length > 1 && managers.FirstOrDefault(node => node.ManagerStatus!.Leader) is { } leader)
                run.Error.WriteLine($"Warning: the cluster has a leader, {leader.Description.Hostname}, and works "
                    + "without force. This cuts the other managers off.");
        }
        catch (CliException)
        {
            // No leader: that is what force is for.
        }
    }

    private static void WriteForced(TextWriter error, string id)
    {
        error.WriteLine($"The cluster goes on with this host, node {id}, as its only manager.");
        error.WriteLine("Services, nodes and tokens are as this manager knew them. The other managers are workers");
        error.WriteLine("now, for ever: one that is started again hears it from this host, or leaves and joins again:");
        error.WriteLine("  swarmnet leave --force");
        error.WriteLine("Start them one at a time: most of them together would go on as the old cluster.");
        error.WriteLine("Make more managers soon: swarmnet node promote NODE, or swarmnet join-token manager");
    }
}
