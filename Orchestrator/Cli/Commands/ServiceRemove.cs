namespace Orchestrator.Cli.Commands;

internal static class ServiceRemove
{
    public static CliCommand Build() => new("service rm", "Remove services; their tasks stop.", RunAsync)
    {
        Examples = ["swarmnet service rm web"],
        Usage = "SERVICE [SERVICE...]",
        MinArguments = 1,
        MaxArguments = CliCommand.Unlimited,
        Completes = ArgumentKind.Service,
    };

    private static Task<int> RunAsync(Invocation run, CancellationToken ct) => BatchRun.EachAsync(run, async name =>
    {
        await Lookups.WithHintAsync(run, "services", name, path => DeleteAsync(run, path, ct), ct);
        run.Out.WriteLine(name);
    });

    private static async Task<bool> DeleteAsync(Invocation run, string path, CancellationToken ct)
    {
        await run.Api.DeleteAsync(path, ct);
        return true;
    }
}
