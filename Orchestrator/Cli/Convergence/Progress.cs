namespace Orchestrator.Cli.Convergence;

/// <summary>How far one slot is.</summary>
/// <param name="Label"><c>2/3</c>, or the node's name for a global service</param>
/// <param name="Reason">why it is not further; "" when nothing is wrong</param>
internal sealed record SlotProgress(string Label, string State, string Reason);

/// <summary>How far a service is.</summary>
internal sealed record Progress(IReadOnlyList<SlotProgress> Slots, int Done, int Total)
{
    public bool Complete => Done == Total;
}
