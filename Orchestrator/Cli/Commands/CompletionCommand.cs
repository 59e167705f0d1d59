using Orchestrator.Cli.Completion;

namespace Orchestrator.Cli.Commands;

internal static class CompletionCommand
{
    public static CliCommand Build() => new(
        "completion",
        "Print a script that lets a shell complete commands, flags, and the names of services and nodes.", RunAsync)
    {
        Examples =
        [
            "source <(swarmnet completion bash)",
            "swarmnet completion bash > /etc/bash_completion.d/swarmnet",
            "swarmnet completion fish | source",
        ],
        Usage = "bash|zsh|fish",
        MinArguments = 1,
        MaxArguments = 1,
        Completes = ArgumentKind.Shell,
    };

    private static Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var shell = run.Arguments[0];
        run.Out.Write(CompletionScripts.Of(shell) ?? throw CliException.Usage(
            $"unknown shell: {shell}", "in \"swarmnet completion\"",
            Suggestions.DidYouMean(shell, CompletionScripts.Shells) ?? "Use bash, zsh or fish."));
        return Task.FromResult(ExitCode.Ok);
    }
}
