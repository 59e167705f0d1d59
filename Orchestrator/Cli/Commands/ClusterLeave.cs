using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Commands;

internal static class ClusterLeave
{
    public static CliCommand Build() => new("leave", "Take this host out of its cluster; its tasks stop.", RunAsync)
    {
        Examples = ["swarmnet leave"],
        Flags = [Flag.Switch("--force", "Leave even as a manager, whatever the cluster loses by it", "-f")],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        await run.Api.PostAsync(ApiQuery.With("/swarm/leave", ("force", run.IsOn("--force") ? "1" : null)), null, ct);
        run.Error.WriteLine("This host left the cluster.");
        return ExitCode.Ok;
    }
}
