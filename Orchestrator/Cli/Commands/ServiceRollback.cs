namespace Orchestrator.Cli.Commands;

internal static class ServiceRollback
{
    public static CliCommand Build() =>
        new("service rollback", "Go back to what a service was before its last change.", RunAsync)
    {
        Examples = ["swarmnet service rollback web"],
        Usage = "SERVICE",
        MinArguments = 1,
        MaxArguments = 1,
        Completes = ArgumentKind.Service,
        Flags = ConvergenceOptions.Flags(),
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        ConvergenceOptions.Timeout(run);
        var name = run.Arguments[0];
        var service = await Lookups.ServiceAsync(run, name, ct);
        await ServiceWrites.UpdateAsync(run, service, rollback: true, ct);
        run.Out.WriteLine(name);
        return await ConvergenceOptions.WatchAsync(run, service.Id, isRollback: true, ct);
    }
}
