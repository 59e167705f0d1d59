using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Commands;

internal static class JoinToken
{
    public const string Worker = "worker";
    public const string Manager = "manager";

    public static CliCommand Build() =>
        new("join-token", "Show the line that lets a host join, or replace its token.", RunAsync)
    {
        Examples = ["swarmnet join-token worker", "swarmnet join-token --rotate manager"],
        Usage = "worker|manager",
        MinArguments = 1,
        MaxArguments = 1,
        Completes = ArgumentKind.JoinRole,
        Flags =
        [
            Flag.Switch("--rotate", "Replace the token: the old one lets nobody in any more"),
            Flag.Quiet("Only print the token"),
        ],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var role = run.Arguments[0];
        if (role is not (Worker or Manager))
            throw CliException.Usage(
                $"unknown role: {role}", "in \"swarmnet join-token\"", Suggestions.DidYouMean(role, [Worker, Manager])
                    ?? "Use worker or manager.");
        if (run.IsOn("--rotate"))
            await RotateAsync(run, role, ct);
        if (!run.IsOn("--quiet"))
            await PrintAsync(run, role, ct);
        else
            run.Out.WriteLine(TokenOf(await SwarmAsync(run, ct), role));
        return ExitCode.Ok;
    }

    /// <summary>The command on stdout, ready to be copied or piped; what it is about on stderr.</summary>
    public static async Task PrintAsync(Invocation run, string role, CancellationToken ct)
    {
        var token = TokenOf(await SwarmAsync(run, ct), role);
        var self = await Lookups.NodeAsync(run, Lookups.Self, ct);
        if (self.ManagerStatus?.Addr is not { Length: > 0 } address)
        {
            run.Error.WriteLine(
                $"To add a {role}, use this token and a manager's address: swarmnet join --token TOKEN HOST:2377");
            run.Out.WriteLine(token);
            return;
        }
        run.Error.WriteLine($"To add a {role}, run this on the other host:");
        run.Error.WriteLine();
        await run.Error.FlushAsync(ct);
        run.Out.WriteLine($"    swarmnet join --token {token} {address}");
        await run.Out.FlushAsync(ct);
    }

    private static async Task RotateAsync(Invocation run, string role, CancellationToken ct)
    {
        var swarm = await SwarmAsync(run, ct);
        var path = ApiQuery.With(
            "/swarm/update",
            ("version", Invariantly.Text(swarm.Version.Index)),
            ("rotateWorkerToken", role == Worker ? "true" : "false"),
            ("rotateManagerToken", role == Manager ? "true" : "false"),
            ("rotateManagerUnlockKey", "false"));
        await run.Api.PostAsync(path, ApiBody.Of(swarm.Spec, WireJson.Default.SwarmSpecDto), ct);
        run.Error.WriteLine($"The {role} join token is replaced.");
    }

    private static Task<SwarmDto> SwarmAsync(Invocation run, CancellationToken ct) =>
        run.Api.GetAsync("/swarm", wire => wire.SwarmDto, ct);

    private static string TokenOf(SwarmDto swarm, string role) =>
        (role == Manager ? swarm.JoinTokens?.Manager : swarm.JoinTokens?.Worker) is { Length: > 0 } token
            ? token
            : throw new CliException(ExitCode.Failed, $"the daemon shows no {role} join token");
}
