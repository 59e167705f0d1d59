using System.CommandLine;

namespace Orchestrator.Cli;

/// <summary>A command with what its help and its parsing need beyond flags.</summary>
internal sealed class CliCommand : Command
{
    public const string ArgumentsName = "ARGUMENTS";

    /// <param name="path">the whole command without the program's name: <c>service create</c></param>
    public CliCommand(string path, string summary, Func<Invocation, CancellationToken, Task<int>> run)
        : base(path[(path.LastIndexOf(' ') + 1)..], summary)
    {
        Path = path;
        Run = run;
        Add(new Argument<string[]>(ArgumentsName) { Arity = ArgumentArity.ZeroOrMore });
    }

    public string Path { get; }

    public Func<Invocation, CancellationToken, Task<int>> Run { get; }

    /// <summary>Command lines that help shows first.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>What can be set.</summary>
    public IEnumerable<Option> Flags
    {
        init
        {
            foreach (var option in value)
                Add(option);
        }
    }

    /// <summary>How help names the arguments: <c>SERVICE [SERVICE...]</c>.</summary>
    public string Usage { get; init; } = "";

    public int MinArguments { get; init; }

    public int MaxArguments { get; init; }

    /// <summary>Flags end at the first argument: what follows is a command line of its own.</summary>
    public bool StopsAtFirstArgument { get; init; }

    /// <summary>What the arguments name, for completion.</summary>
    public ArgumentKind Completes { get; init; }

    public const int Unlimited = int.MaxValue;
}

internal enum ArgumentKind
{
    None,
    Service,
    Node,
    JoinRole,
    Shell,
}
