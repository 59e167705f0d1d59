using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Commands;

internal static class ClusterBackup
{
    private const string Path = "/swarmnet/v1/backup";

    /// <summary>For the whole file.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static CliCommand Build() => new(
        "backup", "Write the cluster's state to an encrypted file: services, nodes, tokens and the CA.", RunAsync)
    {
        Examples = ["swarmnet backup cluster.bak", "swarmnet backup --passphrase-file /root/phrase - | ssh h 'cat >b'"],
        Usage = "FILE|-",
        MinArguments = 1,
        MaxArguments = 1,
        Flags =
        [
            Passphrase.Flag,
            Flag.Switch("--force", "Replace the file if it exists", "-f"),
            Flag.Switch("--stale", "Take what this manager knows, also when there is no leader"),
        ],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var path = run.Arguments[0];
        if (path != "-")
        {
            using var file = OutputFile.Create(path, run.IsOn("--force"));
            await WriteAsync(run, file.Stream, ct);
            file.Publish();
            run.Error.WriteLine($"The cluster's state is in {path}. Keep the passphrase: nobody can read it without.");
            SayStale(run);
            return ExitCode.Ok;
        }
        if (run.Environment.OutIsTerminal)
            throw CliException.Usage(
                "a backup is no text for a terminal", null, "Name a file, or send it to a program.");
        await using var output = run.Environment.OpenOutput();
        await WriteAsync(run, output, ct);
        await output.FlushAsync(ct);
        SayStale(run);
        return ExitCode.Ok;
    }

    private static void SayStale(Invocation run)
    {
        if (run.IsOn("--stale"))
            run.Error.WriteLine("It is what this manager knew; the newest changes may be missing.");
    }

    private static async Task WriteAsync(Invocation run, Stream target, CancellationToken ct)
    {
        var request = new BackupRequestDto { Passphrase = Passphrase.ForNew(run) };
        using var api = new ApiClient(run.Address, run.Environment.Clock) { Timeout = Patience };
        await api.DownloadAsync(
            ApiQuery.With(Path, ("consistency", run.IsOn("--stale") ? "stale" : null)),
            ApiBody.Of(request, WireJson.Default.BackupRequestDto), target, ct);
    }
}
