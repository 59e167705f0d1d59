using Orchestrator.Cli.Specs;

namespace Orchestrator.Cli.Commands;

internal static class ServiceUpdate
{
    public static CliCommand Build() =>
        new("service update", "Change a service, and wait until the change is through.", RunAsync)
    {
        Examples =
        [
            "swarmnet service update --image nginx:1.29 web",
            "swarmnet service update --env-add DEBUG=1 --env-rm VERBOSE --limit-memory 256m web",
        ],
        Usage = "SERVICE",
        MinArguments = 1,
        MaxArguments = 1,
        Completes = ArgumentKind.Service,
        Flags = [.. SpecBuilder.UpdateOptions(), .. ConvergenceOptions.Flags()],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        ConvergenceOptions.Timeout(run);
        var name = run.Arguments[0];
        var service = await Lookups.ServiceAsync(run, name, ct);
        var rollback = run.IsOn("--rollback");
        if (!rollback)
            SpecBuilder.Update(run, service.Spec);
        await ServiceWrites.UpdateAsync(run, service, rollback, ct);
        run.Out.WriteLine(name);
        return await ConvergenceOptions.WatchAsync(run, service.Id, rollback, ct);
    }
}
