using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Commands;

internal static class ClusterLeave
{
    /// <summary>Tasks are stopped first, within 60 s.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static CliCommand Build() => new("leave", "Take this host out of its cluster; its tasks stop.", RunAsync)
    {
        Examples = ["swarmnet leave"],
        Flags = [Flag.Switch("--force", "Leave even as a manager, whatever the cluster loses by it", "-f")],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        using var api = new ApiClient(run.Address, run.Environment.Clock) { Timeout = Patience };
        await api.PostAsync(ApiQuery.With("/swarm/leave", ("force", run.IsOn("--force") ? "1" : null)), null, ct);
        run.Error.WriteLine("This host left the cluster.");
        return ExitCode.Ok;
    }
}
