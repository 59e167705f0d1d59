using Microsoft.Extensions.Logging;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Primitives.Collections;
using Orchestrator.Store;

namespace Orchestrator.Managers;

/// <summary>Makes managers of the nodes that are to be managers, and of nobody else. For one time of office.</summary>
/// <param name="node">leads for as long as the loop runs</param>
/// <param name="proposer">fenced by that leadership</param>
internal sealed partial class ManagerKeeper(RaftNode node, StateStore store, IProposer proposer, ILogger logger)
{
    /// <summary>Looks this often: connections and progress of learners change without a sign.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private static readonly Backoff Retry = new(Period, TimeSpan.FromSeconds(10));

    private readonly MembershipChanges _changes = new(node);

    private SortedMap<Node>? _settledRows;
    private Membership? _settledMembers;
    private string _waiting = "";

    public Chance Chance { private get; init; } = new();

    /// <summary>Ends only when cancelled: with the leadership.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        for (var failures = 0; ;)
        {
            failures = await TryStepAsync(ct) ? 0 : failures + 1;
            var pause = failures == 0 ? Period : Retry.Delay(failures, Chance.Next());
            await Task.Delay(pause, node.Time, ct);
        }
    }

    /// <returns>whether what was to be done was done</returns>
    private async Task<bool> TryStepAsync(CancellationToken ct)
    {
        var view = ManagerView.Of(node.Status, store.Current.Nodes);
        try
        {
            await DoAsync(ManagerDecider.Next(view), ct);
            return await WriteAddressesAsync(view, ct);
        }
        catch (Exception e) when (e is MembershipException or ProposalException)
        {
            LogNotDone(e.Message);
            return false;
        }
    }

    private async Task DoAsync(ManagerStep? step, CancellationToken ct)
    {
        var waiting = (step as ManagerStep.Wait)?.Why ?? "";
        if (waiting.Length > 0 && waiting != _waiting)
            LogWaiting(waiting);
        _waiting = waiting;
        if (step is ManagerStep.Promote promoted)
        {
            await _changes.PromoteAsync(promoted.Member.Id, ct);
            LogPromoted(promoted.Member.Node, promoted.Member.Id);
        }
        else if (step is ManagerStep.Remove removed)
        {
            await _changes.RemoveAsync(removed.Member.Id, force: false, ct);
            LogRemoved(removed.Member.Node, removed.Member.Id, removed.Why);
        }
        else if (step is ManagerStep.HandOver)
        {
            LogHandsOver();
            await _changes.TransferLeadershipAsync(MemberId.None, ct);
        }
    }

    private async Task<bool> WriteAddressesAsync(ManagerView view, CancellationToken ct)
    {
        if (ReferenceEquals(view.Nodes, _settledRows) && ReferenceEquals(view.Membership, _settledMembers))
            return true;
        var rows = ManagerRows.Differing(view, node.Time.GetUtcNow());
        if (rows.IsEmpty)
        {
            (_settledRows, _settledMembers) = (view.Nodes, view.Membership);
            return true;
        }
        var changes = rows.Select(Change.Update).ToArray();
        return (await proposer.ProposeAsync(Transaction.Of(changes), ct)).Accepted;
    }

    [LoggerMessage(LogLevel.Information, "Node {Node} is a manager with a vote now, as member {Member}")]
    private partial void LogPromoted(string node, MemberId member);

    [LoggerMessage(LogLevel.Information, "Node {Node} was removed from the managers, member {Member}: {Why}")]
    private partial void LogRemoved(string node, MemberId member, string why);

    [LoggerMessage(LogLevel.Information, "This manager is to be a worker: another one takes the lead first")]
    private partial void LogHandsOver();

    [LoggerMessage(LogLevel.Warning, "Managers: {Why}")]
    private partial void LogWaiting(string why);

    [LoggerMessage(LogLevel.Warning, "Managers: a change was not made and is tried again: {Why}")]
    private partial void LogNotDone(string why);
}
