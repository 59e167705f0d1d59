using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Commands;

internal static class KeyRotate
{
    /// <summary>The old key goes when snapshots were written, which takes a minute at most.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static CliCommand Build() => new(
        "rotate-key", "Give this manager's log a new key and remove what the old one encrypted.", RunAsync)
    {
        Examples = ["swarmnet rotate-key"],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        using var api = new ApiClient(run.Address, run.Environment.Clock) { Timeout = Patience };
        await api.PostAsync("/swarmnet/v1/rotate-key", null, ct);
        run.Error.WriteLine("This manager's log has a new key, and nothing is left that the old one encrypted.");
        return ExitCode.Ok;
    }
}
