namespace Orchestrator.Cli;

/// <summary>A command by name; built only when it is asked for, which keeps every start short.</summary>
internal sealed record CommandEntry(string Name, string Summary)
{
    /// <summary>null for a group.</summary>
    public Func<CliCommand>? Build { get; init; }

    public IReadOnlyList<string> Aliases { get; init; } = [];

    public IReadOnlyList<CommandEntry> Children { get; init; } = [];

    public bool Hidden { get; init; }

    public bool Answers(string name) => Name == name || Aliases.Contains(name, StringComparer.Ordinal);
}
