using Orchestrator.Consensus;
using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Api.Writes;

internal static class Proposing
{
    /// <summary>Other writers may win a few times in a row; not for ever.</summary>
    private const int Attempts = 20;

    public static Task<Applied> ProposeAsync(
        this ManagerServices manager, ReadOnlySpan<Change> changes, CancellationToken ct) =>
        ProposeAsync(manager.Proposer, Transaction.Of(changes), ct);

    /// <summary>Decides again on the newest state until the decision is accepted.</summary>
    /// <param name="decide">may throw an <see cref="ApiException"/></param>
    public static async Task UntilAcceptedAsync(
        this ManagerServices manager, Func<StateSnapshot, IEnumerable<Change>> decide, CancellationToken ct)
    {
        var subject = "";
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var applied = await manager.ProposeAsync([.. decide(manager.Store.Current)], ct);
            if (applied.Accepted)
                return;
            subject = applied.Refusal?.Subject ?? "";
        }
        throw ApiException.Unavailable($"{subject} is changed by others all the time: try again");
    }

    private static async Task<Applied> ProposeAsync(
        IProposer proposer, Transaction transaction, CancellationToken ct)
    {
        var applied = await proposer.ProposeAsync(transaction, ct);
        return applied.Refusal is { Kind: RefusalKind.Stale, Subject: FencedProposer.Subject }
            ? throw ApiException.Unavailable("the change was not made: the managers got another leader. Try again")
            : applied;
    }
}
