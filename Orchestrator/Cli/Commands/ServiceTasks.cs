namespace Orchestrator.Cli.Commands;

internal static class ServiceTasks
{
    public static CliCommand Build() => new(
        "service ps", "List the tasks of services, with the reason where one does not run.", RunAsync)
    {
        Examples = ["swarmnet service ps web",
            "swarmnet service ps web --filter desired-state=running --format '{{.Name}} {{.Node}}'"],
        Usage = "SERVICE [SERVICE...]",
        MinArguments = 1,
        MaxArguments = CliCommand.Unlimited,
        Completes = ArgumentKind.Service,
        Flags =
        [
            Flag.Filter("id, name, node, desired-state"), Flag.Format(), Flag.NoResolve(), Flag.NoTrunc(),
            Flag.Quiet("Only print task ids"),
        ],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var filters = run.Filters("id", "name", "node", "desired-state", "label").ToList();
        var services = new List<string>();
        var exitCode =
            await BatchRun.EachAsync(run, async name => services.Add((await Lookups.ServiceAsync(run, name, ct)).Id));
        if (services.Count == 0)
            return exitCode;
        filters.AddRange(services.Select(id => new KeyValuePair<string, string>("service", id)));
        TaskView.Write(run, await TaskListing.RowsAsync(run, filters, ct));
        return exitCode;
    }
}
