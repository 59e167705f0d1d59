namespace Orchestrator.Primitives;

public static class ReadBarriers
{
    /// <summary>Waits for a read barrier as long as somebody who asked would.</summary>
    /// <param name="clock">of the limit</param>
    /// <returns>false: the limit is over, and nobody confirmed that the local state is fresh</returns>
    /// <exception cref="ProposalException">there is nobody who could confirm it</exception>
    public static async ValueTask<bool> TryReadBarrierAsync(
        this IProposer proposer, TimeSpan limit, TimeProvider clock, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            await proposer.ReadBarrierAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
