using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>Rules about changes of the membership, seen when a leader appends one.</summary>
internal sealed class MembershipChecker(Membership first, Terms terms)
{
    private readonly Dictionary<LogPosition, Change> _current = [];
    private readonly List<Change> _changes = [new Change(default, first, null)];

    /// <summary>An entry was seen for the first time.</summary>
    /// <param name="previous">null when what is before it is not known</param>
    public void Appended(MemberProcess process, LogPosition? previous, LogEntry entry)
    {
        var current = Current(previous);
        if (entry.Kind == EntryKind.Membership)
        {
            var next = new Change(entry.Position, MembershipCodec.Decode(entry.Payload.Span), current);
            _changes.Add(next);
            if (process.Leads && process.Core.Term == entry.Term && current is not null)
                RequireAllowed(process, current, next);
            current = next;
        }
        if (current is not null)
            _current[entry.Position] = current;
    }

    /// <summary>The membership that this one took the place of; null when there was none or it is not known.</summary>
    public Membership? Before(Membership membership) =>
        _changes.FindLast(change => Same(change.Membership, membership))?.Previous?.Membership;

    /// <summary>All memberships that are in force or may still come into force.</summary>
    public IEnumerable<Membership> Possible(Ledger ledger)
    {
        var committed = _changes.FindLast(change => ledger.Entry(change.At.Index)?.Term == change.At.Term) ?? _changes[0];
        return _changes.Where(change => change == committed || change.At.Index > committed.At.Index)
            .Select(change => change.Membership);
    }

    public static bool Same(Membership one, Membership other) =>
        one.Members.SequenceEqual(other.Members) && one.Removed.SequenceEqual(other.Removed);

    private Change? Current(LogPosition? previous) =>
        previous is not { } place ? null : place.Index == 0 ? _changes[0] : _current.GetValueOrDefault(place);

    private void RequireAllowed(MemberProcess process, Change current, Change next)
    {
        var commit = process.Core.CommitIndex;
        SafetyViolation.Unless(current.At.Index <= commit, "one membership change at a time",
            () => $"{process.Member.Id} appends {next.At}; {current.At} is not committed, {commit} is");
        SafetyViolation.Unless(terms.FirstIndex(next.At.Term) <= commit, "no membership change before a commit of the own term",
            () => $"{process.Member.Id} appends {next.At}; {commit} is committed");
        SafetyViolation.Unless(VotersThatDiffer(current.Membership, next.Membership) <= 1, "quorums of two memberships intersect",
            () => $"{process.Member.Id} appends {next.At}");
        SafetyViolation.Unless(!next.Membership.Members.Any(member => current.Membership.Removed.Contains(member.Id)),
            "a removed member never comes back", () => $"{process.Member.Id} appends {next.At}");
    }

    private static int VotersThatDiffer(Membership one, Membership other)
    {
        var difference = Voters(one);
        difference.SymmetricExceptWith(Voters(other));
        return difference.Count;
    }

    private static HashSet<MemberId> Voters(Membership membership) =>
        [.. membership.Members.Where(member => member.Votes).Select(member => member.Id)];

    private sealed record Change(LogPosition At, Membership Membership, Change? Previous);
}
