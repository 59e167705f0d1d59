using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus;

/// <summary>Begins and ends this member's times of office. Used by the node's loop only.</summary>
internal sealed class LeadershipKeeper
{
    private readonly List<Task> _endings = [];

    public Leadership? Current { get; private set; }

    /// <summary>The core leads, and the entry that began its term is applied here: so is all before it.</summary>
    public void Begin(LogEntry applied, RaftCore core)
    {
        var isOfThisTerm = applied.Term == core.Term && core.Role == RaftRole.Leader;
        if (Current is null && isOfThisTerm && applied.Kind == EntryKind.Empty)
            Current = new Leadership(applied.Term);
    }

    /// <summary>Ends what the core does not hold any more.</summary>
    public void Check(RaftCore core)
    {
        if (Current is { } held && (core.Role != RaftRole.Leader || core.Term != held.Term))
            End();
    }

    public void End()
    {
        if (Current is not { } held)
            return;
        Current = null;
        _endings.RemoveAll(ending => ending.IsCompleted);
        _endings.Add(EndAsync(held));
    }

    /// <summary>Completes when all who registered with a leadership have been told of its end.</summary>
    public Task EndedAsync() => Task.WhenAll(_endings);

    private static async Task EndAsync(Leadership held)
    {
        await held.EndAsync();
        held.Dispose();
    }
}
