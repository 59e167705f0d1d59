using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Commands;

internal static class ClusterUpdate
{
    public static CliCommand Build() => new("update", "Change settings of the cluster.", RunAsync)
    {
        Examples = ["swarmnet update --strategy binpack", "swarmnet update --overcommit 0.1"],
        Flags = [.. ClusterLabels.Options()],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var swarm = await run.Api.GetAsync("/swarm", wire => wire.SwarmDto, ct);
        if (!ClusterLabels.Apply(run, swarm.Spec))
            throw CliException.Usage("nothing to change", fix: "give --strategy or --overcommit");
        var path = ApiQuery.With("/swarm/update", ("version", Invariantly.Text(swarm.Version.Index)));
        await run.Api.PostAsync(path, ApiBody.Of(swarm.Spec, WireJson.Default.SwarmSpecDto), ct);
        run.Error.WriteLine(
            "The cluster is updated. Tasks stay where they are, unless a node may promise less than it did.");
        return ExitCode.Ok;
    }
}
