using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>Rebuilds the state after a start: the snapshot first, then each command behind it.</summary>
internal sealed class Replay
{
    private readonly IStateMachine _machine;
    private readonly ulong _snapshot;

    public Replay(IStateMachine machine, LoadedSnapshot snapshot)
    {
        _machine = machine;
        _snapshot = snapshot.Position.Index;
        if (snapshot.State is { } state)
            Guarded($"the snapshot of index {_snapshot}", () => machine.Restore(_snapshot, state));
    }

    public int Entries { get; private set; }

    public long Bytes { get; private set; }

    public void Next(LogEntry entry)
    {
        if (entry.Index <= _snapshot)
            return;
        Entries++;
        Bytes += entry.Payload.Length;
        if (entry.Kind == EntryKind.Command)
            Apply(_machine, entry);
    }

    /// <exception cref="LogException">the command cannot be read: to skip it would make this member differ</exception>
    public static Applied Apply(IStateMachine machine, LogEntry entry)
    {
        var applied = default(Applied);
        Guarded($"entry {entry.Index} of the log", () => applied = machine.Apply(entry.Index, entry.Payload));
        return applied;
    }

    private static void Guarded(string what, Action action)
    {
        try
        {
            action();
        }
        catch (InvalidDataException e)
        {
            throw new LogException(LogFailure.Unreadable, $"{what} is intact but cannot be applied: {e.Message}. "
                + "The manager stops rather than skip it; a newer version may have written it.", e);
        }
    }
}
