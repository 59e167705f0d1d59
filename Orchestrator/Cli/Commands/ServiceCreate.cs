using Orchestrator.Cli.Specs;

namespace Orchestrator.Cli.Commands;

internal static class ServiceCreate
{
    public static CliCommand Build() =>
        new("service create", "Create a service, and wait until its tasks run.", RunAsync)
    {
        Examples =
        [
            "swarmnet service create --name web --replicas 3 --publish published=8080,target=80,mode=host nginx",
            "swarmnet service create --dry-run --replicas 10 --reserve-memory 2g nginx",
            "swarmnet service create --name ping --limit-memory 64m alpine ping -c 100 10.0.0.1",
        ],
        Usage = "IMAGE [COMMAND] [ARG...]",
        MinArguments = 1,
        MaxArguments = CliCommand.Unlimited,
        StopsAtFirstArgument = true,
        Flags =
        [
            .. SpecBuilder.CreateOptions(), .. ConvergenceOptions.Flags(),
            Flag.Switch("--dry-run", "Create nothing: show where its tasks would go; exit code 1 when some do not fit"),
            Flag.Format("table or json, with --dry-run"),
        ],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        ConvergenceOptions.Timeout(run);
        if (run.IsOn("--dry-run"))
            return await DryRun.RunAsync(run, SpecBuilder.Create(run), ct);
        if (run.Has("--format"))
            throw CliException.Usage("--format goes with --dry-run only");
        var id = await ServiceWrites.CreateAsync(run, SpecBuilder.Create(run), ct);
        run.Out.WriteLine(id);
        return await ConvergenceOptions.WatchAsync(run, id, isRollback: false, ct);
    }
}
