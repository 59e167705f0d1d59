using System.CommandLine;

namespace Orchestrator.Cli;

/// <summary>The command line: finds the command, runs it, and turns its outcome into an exit code.</summary>
public static class CliApplication
{
    private static readonly TimeSpan GraceAfterInterrupt = TimeSpan.FromSeconds(2);

    /// <summary>Runs in the real process.</summary>
    /// <param name="hostCommands">commands of the host itself (daemon, …); not enumerated unless needed</param>
    /// <returns>one of <see cref="ExitCode"/>, or what the host command returns</returns>
    public static async Task<int> RunAsync(string[] args, IEnumerable<Command> hostCommands, CancellationToken ct)
    {
        var environment = CliEnvironment.OfProcess();
        var exitCode = await RunAsync(args, hostCommands, environment, ct);
        await environment.Out.FlushAsync(CancellationToken.None);
        return exitCode;
    }

    public static async Task<int> RunAsync(
        string[] args, IEnumerable<Command> hostCommands, CliEnvironment environment, CancellationToken ct)
    {
        try
        {
            return await DispatchAsync(args, hostCommands, environment, ct);
        }
        catch (CliException e)
        {
            await environment.Out.FlushAsync(CancellationToken.None);
            e.WriteTo(environment.Error);
            return e.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    private static Task<int> DispatchAsync(
        string[] args, IEnumerable<Command> hostCommands, CliEnvironment environment, CancellationToken ct)
    {
        var options = GlobalOptions.Read(args);
        var words = options.Version ? ["version", .. options.Rest] : options.Rest;
        var found = CommandFinder.Find(Commands.Catalog.Root, words);
        if (found.Entry.Build is { } build)
            return RunAsync(
                build(), [.. options.Help ? ["--help"] : (string[])[], .. found.Rest], options, environment, ct);
        if (found.Depth == 0 && found.Rest.Count > 0
            && hostCommands.FirstOrDefault(host => host.Name == found.Rest[0]) is { } command)
            return RunHostAsync(command, found.Rest.Skip(1).ToList(), environment, ct);
        return Task.FromResult(CommandFinder.ShowGroup(found, hostCommands, environment));
    }

    private static Task<int> RunAsync(
        CliCommand command, IReadOnlyList<string> words, GlobalOptions options, CliEnvironment environment,
        CancellationToken ct)
    {
        var normal = new ArgumentNormalizer(command, command.Path, command.StopsAtFirstArgument).Read(words);
        if (normal.HelpRequested)
            return Task.FromResult(HelpWriter.WriteCommand(environment.Out, command, "swarmnet " + command.Path));
        CheckCount(command, normal.Arguments.Count);
        command.SetAction(async (parsed, token) =>
        {
            using var invocation = new Invocation(command, parsed, environment, options.Address(environment.Variable));
            return await command.Run(invocation, token);
        });
        return InvokeAsync(command, command.Path, normal, environment, ct);
    }

    private static Task<int> RunHostAsync(
        Command command, List<string> words, CliEnvironment environment, CancellationToken ct)
    {
        var path = command.Name;
        while (words.Count > 0 && command.Subcommands.FirstOrDefault(sub => sub.Name == words[0]) is { } next)
        {
            command = next;
            path = $"{path} {next.Name}";
            words = words.Skip(1).ToList();
        }
        var normal = new ArgumentNormalizer(command, path, stopAtFirstArgument: false).Read(words);
        return normal.HelpRequested
            ? Task.FromResult(HelpWriter.WriteCommand(environment.Out, command, "swarmnet " + path))
            : InvokeAsync(command, path, normal, environment with { HandleSignals = false }, ct);
    }

    private static Task<int> InvokeAsync(
        Command command, string path, ArgumentNormalizer normal, CliEnvironment environment, CancellationToken ct)
    {
        var parsed = command.Parse(normal.Tokens, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
            throw CliException.Usage(
                parsed.Errors[0].Message, $"in \"swarmnet {path}\"", $"See: swarmnet {path} --help");
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = environment.HandleSignals ? GraceAfterInterrupt : null,
            Output = environment.Out,
            Error = environment.Error,
        };
        return parsed.InvokeAsync(configuration, ct);
    }

    private static void CheckCount(CliCommand command, int count)
    {
        if (count >= command.MinArguments && count <= command.MaxArguments)
            return;
        var wanted = (command.MinArguments, command.MaxArguments) switch
        {
            (_, 0) => "takes no arguments",
            var (min, max) when min == max => $"takes exactly {min} argument{(min == 1 ? "" : "s")}",
            var (min, _) when count < min => $"needs at least {min} argument{(min == 1 ? "" : "s")}",
            var (_, max) => $"takes at most {max} argument{(max == 1 ? "" : "s")}",
        };
        throw CliException.Usage(
            $"\"swarmnet {command.Path}\" {wanted}, not {count}",
            $"Usage: swarmnet {command.Path} [OPTIONS] {command.Usage}".TrimEnd(),
            command.Examples.Count > 0 ? $"Example: {command.Examples[0]}" : null);
    }
}
