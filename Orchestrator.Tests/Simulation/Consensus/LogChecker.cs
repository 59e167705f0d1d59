using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>Rules about logs: what is where is the same everywhere, and what is committed stays.</summary>
internal sealed class LogChecker(World world, Ledger ledger, MembershipChecker memberships, Terms terms)
{
    private readonly Dictionary<LogPosition, Known> _known = [];

    public void Flushing(MemberProcess process, Flush flush)
    {
        if (flush.Entries.IsDefaultOrEmpty)
            return;
        var disk = process.Member.Disk;
        var first = flush.Entries[0].Index;
        var previous = Previous(disk, first);
        foreach (var entry in flush.Entries)
        {
            See(process, previous, entry);
            RequireKept(process, disk, entry);
            previous = entry.Position;
        }
        RequireKeptBehind(process, disk, flush.Entries[^1].Index);
    }

    public void Sending(MemberProcess process, Message.Append append)
    {
        var previous = append.Previous;
        foreach (var entry in append.Entries)
        {
            See(process, previous, entry);
            previous = entry.Position;
            if (entry.Index <= ledger.LastBefore(append.Term))
                SafetyViolation.Unless(ledger.Entry(entry.Index)!.Value.Term == entry.Term, "leader completeness",
                    () => $"{process.Member.Id} in term {append.Term} sends {entry.Position}; "
                        + $"committed is {ledger.Entry(entry.Index)!.Value.Position}");
        }
    }

    public void Committed(MemberProcess process, LogEntry entry)
    {
        ledger.Committed(process.Member.Id, entry, process.Core.Term);
        SafetyViolation.Unless(process.Member.Disk.Holds(entry.Position), "what is applied here is durable here",
            () => $"{process.Member.Id}: {entry.Position}, durable through {process.Member.Disk.Last}");
        if (process.Leads)
            RequireQuorumHolds(process, entry.Position);
    }

    /// <summary>Two logs with the same place have the same entry there and, by induction, the same before it.</summary>
    private void See(MemberProcess process, LogPosition? previous, LogEntry entry)
    {
        if (!_known.TryGetValue(entry.Position, out var known))
        {
            _known.Add(entry.Position, new Known(entry, previous));
            terms.Appended(entry.Position);
            memberships.Appended(process, previous, entry);
            return;
        }
        SafetyViolation.Unless(known.Entry.Kind == entry.Kind && known.Entry.Payload.Span.SequenceEqual(entry.Payload.Span)
            && (previous is null || known.Previous is null || previous == known.Previous), "log matching",
            () => $"{process.Member.Id} has {entry} behind {previous}; elsewhere it is {known.Entry} behind {known.Previous}");
    }

    private void RequireKept(MemberProcess process, SimulatedDisk disk, LogEntry entry)
    {
        if (disk.Entry(entry.Index) is not { } old || old.Term == entry.Term)
            return;
        SafetyViolation.Unless(MayBeCut(process, old.Position), "what is committed is never cut",
            () => $"{process.Member.Id} replaces {old.Position} by {entry.Position}");
    }

    private void RequireKeptBehind(MemberProcess process, SimulatedDisk disk, ulong last)
    {
        if (disk.Entry(last + 1) is { } cut)
            SafetyViolation.Unless(MayBeCut(process, cut.Position), "what is committed is never cut",
                () => $"{process.Member.Id} cuts {cut.Position}");
    }

    /// <summary>
    /// What was committed in a later term may be: a leader in between did not have it, and a member that still hears that one
    /// is none of those whose copies were counted.
    /// </summary>
    private bool MayBeCut(MemberProcess process, LogPosition position) =>
        ledger.Entry(position.Index)?.Term != position.Term || position.Index > ledger.LastBefore(process.LogTerm);

    /// <summary>
    /// The quorum is that of the leader's membership, or of the one before it: a change may have come between the commit and
    /// the moment in which it shows. One that only the leader's memory holds is known to nobody but the leader.
    /// </summary>
    private void RequireQuorumHolds(MemberProcess process, LogPosition position)
    {
        var now = process.Core.Membership;
        var before = memberships.Before(now) ?? process.Core.PreviousMembership;
        SafetyViolation.Unless(Holders(now, position) || (before is not null && Holders(before, position)),
            "a quorum has what is committed", () => $"{process.Member.Id} commits {position} in term {process.Core.Term}");
    }

    private bool Holders(Membership membership, LogPosition position)
    {
        var voters = 0;
        var holders = 0;
        foreach (var member in membership.Members)
        {
            if (!member.Votes)
                continue;
            voters++;
            holders += world.Find(member.Id)!.Disk.Holds(position) ? 1 : 0;
        }
        return holders > voters / 2;
    }

    private static LogPosition? Previous(SimulatedDisk disk, ulong first)
    {
        if (first == 1)
            return default(LogPosition);
        return disk.Snapshot.Position.Index == first - 1 ? disk.Snapshot.Position : disk.Entry(first - 1)?.Position;
    }

    private sealed record Known(LogEntry Entry, LogPosition? Previous);
}
