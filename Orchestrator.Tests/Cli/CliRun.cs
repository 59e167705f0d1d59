using System.CommandLine;
using Orchestrator.Cli;

namespace Orchestrator.Tests.Cli;

/// <summary>What became of one command line.</summary>
internal sealed record CliOutcome(int ExitCode, string Out, string Error);

/// <summary>Runs command lines in this process, cut off from its terminal and its environment.</summary>
internal static class CliRun
{
    public static Task<CliOutcome> RunAsync(FakeDaemon daemon, params string[] args) =>
        RunAsync(environment => environment, ["-H", daemon.Address, .. args]);

    public static Task<CliOutcome> RunAsync(params string[] args) =>
        RunAsync(environment => environment, args);

    public static Task<CliOutcome> RunAsync(Func<CliEnvironment, CliEnvironment> change, string[] args) =>
        RunAsync(change, args, [], CancellationToken.None);

    public static async Task<CliOutcome> RunAsync(
        Func<CliEnvironment, CliEnvironment> change, string[] args, Command[] hosts, CancellationToken ct)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var environment = change(new CliEnvironment { Out = output, Error = error, Clock = new QuickClock() });
        var exitCode = await CliApplication.RunAsync(args, hosts, environment, ct).WaitAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        return new CliOutcome(exitCode, output.ToString(), error.ToString());
    }
}
