using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Commands;

internal static class ClusterRestore
{
    private const string Path = "/swarmnet/v1/restore";

    /// <summary>For the whole file.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static CliCommand Build() => new(
        "restore", "Make this host the only manager of the cluster in a backup.", RunAsync)
    {
        Examples = ["swarmnet restore cluster.bak", "swarmnet restore --advertise-addr 192.168.1.10 cluster.bak"],
        Usage = "FILE|-",
        MinArguments = 1,
        MaxArguments = 1,
        Flags =
        [
            Passphrase.Flag,
            Flag.Text("--advertise-addr", "Address that the other hosts reach this one at, IP[:PORT]", "address"),
            Flag.Text("--listen-addr", "Address to listen on (default 0.0.0.0:2377)", "address"),
        ],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        await using var backup = Open(run);
        using var body = new RestoreContent(backup, new RestoreRequestDto
        {
            Passphrase = Passphrase.Existing(run),
            ListenAddr = run.Text("--listen-addr"),
            AdvertiseAddr = run.Text("--advertise-addr"),
        });
        using var api = new ApiClient(run.Address, run.Environment.Clock) { Timeout = Patience };
        Write(run.Error, await api.UploadAsync(Path, body, WireJson.Default.RestoreResponseDto, ct));
        return ExitCode.Ok;
    }

    private static Stream Open(Invocation run)
    {
        var path = run.Arguments[0];
        if (path == "-")
            return run.Environment.OpenInput();
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"cannot read the backup: {e.Message}", $"in {path}");
        }
    }

    private static void Write(TextWriter error, RestoreResponseDto done)
    {
        error.WriteLine($"This host is now the only manager, as node {done.NodeId}, of the cluster as it was on "
            + $"{done.TakenAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC, with "
            + $"{done.Services} service{(done.Services == 1 ? "" : "s")}.");
        error.WriteLine("Workers that know this host's address come back; the others leave and join again.");
        if (done.FormerManagers > 0)
            error.WriteLine($"{done.FormerManagers} former manager{(done.FormerManagers == 1 ? " is a worker" :
                "s are workers")} now: make sure that none of them still runs as a manager of the old cluster.");
        error.WriteLine("Make more managers soon: swarmnet join-token manager");
    }
}
