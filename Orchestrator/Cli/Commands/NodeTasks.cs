namespace Orchestrator.Cli.Commands;

internal static class NodeTasks
{
    public static CliCommand Build() =>
        new("node ps", "List the tasks on nodes; without a name those on this host.", RunAsync)
    {
        Examples = ["swarmnet node ps", "swarmnet node ps node2 --filter desired-state=running"],
        Usage = "[NODE...]",
        MaxArguments = CliCommand.Unlimited,
        Completes = ArgumentKind.Node,
        Flags =
        [
            Flag.Filter("id, name, label, desired-state"), Flag.Format(), Flag.NoResolve(), Flag.NoTrunc(),
            Flag.Quiet("Only print task ids"),
        ],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var filters = run.Filters("id", "name", "label", "desired-state").ToList();
        var names = run.Arguments.Count == 0 ? [Lookups.Self] : run.Arguments;
        foreach (var name in names)
            filters.Add(new("node", (await Lookups.NodeAsync(run, name, ct)).Id));
        TaskView.Write(run, await TaskListing.RowsAsync(run, filters, ct));
        return ExitCode.Ok;
    }
}
