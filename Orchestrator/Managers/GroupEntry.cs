using System.Net;
using Microsoft.Extensions.Logging;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Primitives;

namespace Orchestrator.Managers;

/// <summary>Gets this member into the group under its address, keeps it there, and notices its removal.</summary>
/// <param name="node">runs, and its host listens at the address</param>
/// <param name="address">where the others reach this manager</param>
/// <param name="managers">where other managers were last heard of, besides those that the group itself names</param>
internal sealed partial class GroupEntry(
    RaftNode node, GroupClient client, IPEndPoint address, Func<IEnumerable<string>> managers, ILogger logger)
{
    /// <summary>The leader sends to a new member at once, and to one it could not reach some seconds later.</summary>
    private static readonly TimeSpan FirstNews = TimeSpan.FromSeconds(10);

    /// <summary>An election is over by then: who hears of no leader for longer may have been removed.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private static readonly Backoff Retry = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10));

    private readonly string _address = address.ToString();
    private readonly MembershipChanges _changes = new(node);
    private readonly Chance _chance = new();
    private string _problem = "";

    private enum Outcome
    {
        Seen,
        Late,

        /// <summary>The node has ended, and shows nothing more.</summary>
        Ended,
    }

    /// <summary>For a host that becomes a manager: completes when it is in the group and hears of its leader.</summary>
    /// <exception cref="GroupException">not taken in; asking again does no harm</exception>
    public async Task JoinAsync(CancellationToken ct)
    {
        await AskAsync(node.Status, ct);
        if (await UntilAsync(HasNews, FirstNews, ct) != Outcome.Seen)
            throw new GroupException(GroupFailure.NoLeader, "the leader has taken this manager in, but nothing came "
                + $"from it within {FirstNews.TotalSeconds:0} s: see that {_address} can be reached from all managers");
        if (node.Status.IsRemoved)
            throw new GroupException(GroupFailure.Removed, "this manager was removed while it was joining");
    }

    /// <summary>
    /// For as long as this host is a manager. Asks to be taken in again whenever it is not in the group under its
    /// present address, or hears of no leader: who was removed while it was away learns it from the answer.
    /// </summary>
    /// <returns>true: removed for ever, so its directory may go; false: the node has ended</returns>
    public async Task<bool> UntilRemovedAsync(CancellationToken ct)
    {
        for (var failures = 0; ;)
        {
            if (await UntilAsync(status => !IsSettled(status), Timeout.InfiniteTimeSpan, ct) == Outcome.Ended)
                return false;
            if (await RecoversAsync(ct))
                continue;
            if (node.Status.IsRemoved || await IsRefusedForEverAsync(ct))
            {
                LogRemoved(node.Status.Self);
                return true;
            }
            failures = IsSettled(node.Status) ? 0 : failures + 1;
            if (failures > 0 && await UntilAsync(IsNews, Retry.Delay(failures, _chance.Next()), ct) == Outcome.Ended)
                return false;
        }
    }

    /// <summary>A member that is in its place and hears of no leader waits for the election under way.</summary>
    private async Task<bool> RecoversAsync(CancellationToken ct) =>
        IsAtHome(node.Status)
        && await UntilAsync(status => IsNews(status) || !IsAtHome(status), Silence, ct) == Outcome.Seen
        && IsSettled(node.Status);

    /// <summary>A leader that sends is enough: its state may take long to come.</summary>
    private bool HasNews(MemberStatus status) => IsAtHome(status) || !status.Leader.IsNone || status.IsRemoved;

    private bool IsNews(MemberStatus status) => IsSettled(status) || status.IsRemoved;

    private bool IsAtHome(MemberStatus status) => status.Membership.Find(status.Self)?.Address == _address;

    private bool IsSettled(MemberStatus status) =>
        IsAtHome(status) && !status.Leader.IsNone && !status.IsRemoved;

    private async Task<bool> IsRefusedForEverAsync(CancellationToken ct)
    {
        try
        {
            await AskAsync(node.Status, ct);
            _problem = "";
            return false;
        }
        catch (GroupException e) when (e.Failure == GroupFailure.Removed)
        {
            return true;
        }
        catch (Exception e) when (e is GroupException or MembershipException or ProposalException)
        {
            if (e.Message != _problem)
                LogNotIn(e.Message);
            _problem = e.Message;
            return false;
        }
    }

    /// <summary>The leader knows its own address best, and has nobody to ask.</summary>
    private Task AskAsync(MemberStatus status, CancellationToken ct) => status.Role == RaftRole.Leader
        ? _changes.ChangeAddressAsync(status.Self, _address, ct)
        : client.JoinAsync(Others(status), new RaftJoinRequest
        {
            MemberId = status.Self.Value,
            Incarnation = status.Membership.Incarnation,
            Address = _address,
        }, ct);

    private IEnumerable<string> Others(MemberStatus status) => status.Membership.Members
        .Where(member => member.Id != status.Self)
        .OrderByDescending(member => member.Id == status.Leader)
        .Select(member => member.Address)
        .Concat(managers())
        .Where(other => other.Length > 0 && other != _address)
        .Distinct(StringComparer.Ordinal);

    private async Task<Outcome> UntilAsync(Func<MemberStatus, bool> isSo, TimeSpan limit, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(limit, node.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        try
        {
            await foreach (var status in node.WatchAsync(either.Token))
                if (isSo(status))
                    return Outcome.Seen;
            return Outcome.Ended;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Outcome.Late;
        }
    }

    [LoggerMessage(LogLevel.Warning, "This manager was removed from the managers' group, as member {Member}, for ever")]
    private partial void LogRemoved(MemberId member);

    [LoggerMessage(LogLevel.Warning,
        "This manager has not found its place in the managers' group, and asks again: {Why}")]
    private partial void LogNotIn(string why);
}
