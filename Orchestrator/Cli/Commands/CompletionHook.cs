using Orchestrator.Cli.Client;
using Orchestrator.Cli.Completion;

namespace Orchestrator.Cli.Commands;

/// <summary>Answers a completion script. Whatever goes wrong, the shell sees no candidates rather than an
/// error.</summary>
internal static class CompletionHook
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static CliCommand Build() => new(CompletionScripts.Hook, "Answer a completion script.", RunAsync)
    {
        Usage = "-- [WORD...]",
        MaxArguments = CliCommand.Unlimited,
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        try
        {
            var completer = new Completer(Catalog.Root, kind => NamesAsync(run, kind, ct));
            foreach (var candidate in await completer.CandidatesAsync(run.Arguments))
                run.Out.WriteLine(candidate);
        }
        catch (CliException)
        {
            // Half a command line is often a wrong one.
        }
        return ExitCode.Ok;
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(Invocation run, ArgumentKind kind, CancellationToken ct)
    {
        var address = GlobalOptions.Read(run.Arguments).Host is null
            ? run.Address
            : GlobalOptions.Read(run.Arguments).Address(run.Environment.Variable);
        using var api = new ApiClient(address, run.Environment.Clock) { Timeout = Patience };
        if (kind == ArgumentKind.Node)
            return (await api.GetAsync("/nodes", wire => wire.IReadOnlyListNodeDto, ct)).Select(Lookups.NameOf)
                .ToList();
        return (await api.GetAsync("/services", wire => wire.IReadOnlyListServiceDto, ct))
            .Select(service => service.Spec.Name ?? service.Id).ToList();
    }
}
