using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Commands;

internal static class NodeRemove
{
    public static CliCommand Build() =>
        new("node rm", "Remove nodes from the cluster; one that is not down only with --force.", RunAsync)
    {
        Examples = ["swarmnet node rm node2"],
        Usage = "NODE [NODE...]",
        MinArguments = 1,
        MaxArguments = CliCommand.Unlimited,
        Completes = ArgumentKind.Node,
        Flags =
        [
            Flag.Switch("--force", "Remove a worker even if it is up, a manager if it is down, at any cost", "-f"),
        ],
    };

    private static Task<int> RunAsync(Invocation run, CancellationToken ct) => BatchRun.EachAsync(run, async name =>
    {
        await Lookups.WithHintAsync(run, "nodes", name, path => DeleteAsync(run, path, ct), ct);
        run.Out.WriteLine(name);
    });

    private static async Task<bool> DeleteAsync(Invocation run, string path, CancellationToken ct)
    {
        await run.Api.DeleteAsync(ApiQuery.With(path, ("force", run.IsOn("--force") ? "1" : null)), ct);
        return true;
    }
}
