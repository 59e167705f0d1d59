using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;

namespace Orchestrator.Consensus;

/// <summary>
/// Brings what is committed to the state machine and answers those who wait for it; snapshots keep the log short.
/// For the node's loop only.
/// </summary>
internal sealed class LogApplier(
    NodeParts parts, LeadershipKeeper leadership, OutstandingProposals proposals, OutstandingChanges changes)
{
    private readonly SnapshotTaker _snapshots = new(parts.Options, parts.Disk);
    private AppliedState _applied = parts.Start;

    /// <summary>Of the last entry that is applied.</summary>
    public ulong Index => _applied.Position.Index;

    /// <returns>bytes of what was applied</returns>
    /// <exception cref="LogException">an entry cannot be applied: end the process</exception>
    public long Apply(Ready ready)
    {
        if (ready.WantsSnapshot)
            _snapshots.Want();
        if (ready.Committed.IsEmpty)
            return 0;
        foreach (var entry in ready.Committed)
            Apply(entry);
        parts.Core.Applied(Index);
        TakeSnapshotIfDue();
        return ready.Committed.Sum(entry => (long)entry.Payload.Length);
    }

    public void TakeSnapshotIfDue() => _snapshots.TakeIfDue(_applied, parts.State, SnapshotTaken);

    /// <summary>A snapshot from the leader is in place of the log: the state begins anew with it.</summary>
    public void Install(InstalledSnapshot snapshot)
    {
        snapshot.PutInPlace();
        _applied = snapshot.Applied;
        parts.Applied(Index);
        _snapshots.Restart();
        changes.Complete(_applied.Position);
        proposals.ParkAll(); // what came with the snapshot never comes out of the log here: the leader is asked again
    }

    private void Apply(LogEntry entry)
    {
        var command = parts.State.Apply(entry);
        _applied = entry.Kind == EntryKind.Membership
            ? new AppliedState(entry.Position, MembershipCodec.Decode(entry.Payload.Span))
            : _applied with { Position = entry.Position };
        parts.Applied(Index);
        _snapshots.Count(entry);
        leadership.Begin(entry, parts.Core);
        changes.Complete(entry.Position);
        if (command is { } done)
            proposals.Complete(done);
    }

    private void SnapshotTaken(AppliedState snapshot, ulong keepFrom) =>
        parts.Core.SnapshotTaken(snapshot.Position, snapshot.Membership, keepFrom);
}
