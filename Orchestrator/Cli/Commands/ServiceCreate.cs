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
            "swarmnet service create --name ping --limit-memory 64m alpine ping -c 100 10.0.0.1",
        ],
        Usage = "IMAGE [COMMAND] [ARG...]",
        MinArguments = 1,
        MaxArguments = CliCommand.Unlimited,
        StopsAtFirstArgument = true,
        Flags = [.. SpecBuilder.CreateOptions(), .. ConvergenceOptions.Flags()],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        ConvergenceOptions.Timeout(run);
        var id = await ServiceWrites.CreateAsync(run, SpecBuilder.Create(run), ct);
        run.Out.WriteLine(id);
        return await ConvergenceOptions.WatchAsync(run, id, isRollback: false, ct);
    }
}
