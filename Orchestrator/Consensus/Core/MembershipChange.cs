using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Core;

/// <summary>
/// Questions to a membership, and the steps from one to the next. A step changes at most one voter, so that any quorum
/// of before and any quorum of after have a member in common.
/// </summary>
internal static class MembershipChange
{
    public static Member? Find(this Membership membership, MemberId id)
    {
        foreach (var member in membership.Members)
        {
            if (member.Id == id)
                return member;
        }
        return null;
    }

    public static bool IsVoter(this Membership membership, MemberId id) => membership.Find(id) is { Votes: true };

    public static bool HasRemoved(this Membership membership, MemberId id) => membership.Removed.Contains(id);

    public static int Voters(this Membership membership)
    {
        var voters = 0;
        foreach (var member in membership.Members)
            voters += member.Votes ? 1 : 0;
        return voters;
    }

    /// <summary>How many voters must agree. 1 also when nobody votes, so that nothing is agreed by nobody.</summary>
    public static int Quorum(this Membership membership) => (membership.Voters() / 2) + 1;

    /// <summary>Takes in a host that gets the log and does not vote yet.</summary>
    /// <exception cref="InvariantException">it is a member, or was one</exception>
    public static Membership Add(this Membership membership, MemberId id, string node, string address)
    {
        Invariant.Require(membership.Find(id) is null, "a member is added once");
        Invariant.Require(!membership.HasRemoved(id), "a removed member never comes back");
        var learner = new Member(id, node, address, Votes: false);
        return membership with { Members = Sorted(membership.Members.Add(learner)) };
    }

    /// <exception cref="InvariantException">no such member</exception>
    public static Membership Promote(this Membership membership, MemberId id) =>
        membership.Replace(id, member => member with { Votes = true });

    /// <summary>Makes a voter a learner.</summary>
    /// <exception cref="InvariantException">no such member</exception>
    public static Membership Demote(this Membership membership, MemberId id) =>
        membership.Replace(id, member => member with { Votes = false });

    /// <exception cref="InvariantException">no such member</exception>
    public static Membership WithAddress(this Membership membership, MemberId id, string address) =>
        membership.Replace(id, member => member with { Address = address });

    /// <summary>The member is refused for ever.</summary>
    /// <exception cref="InvariantException">no such member</exception>
    public static Membership Remove(this Membership membership, MemberId id)
    {
        var member = membership.Find(id);
        Invariant.Require(member is not null, "only a member is removed");
        return membership with
        {
            Members = membership.Members.Remove(member),
            Removed = [.. membership.Removed.Add(id).Sort()],
        };
    }

    /// <summary>
    /// Everybody of either: who has to be heard and reached as long as the step between them may be undone.
    /// </summary>
    /// <param name="before">who is removed there is removed for ever</param>
    public static Membership With(this Membership membership, Membership before) => membership with
    {
        Members = Sorted(
            [.. membership.Members, .. before.Members.Where(member => membership.Find(member.Id) is null)]),
        Removed = before.Removed,
    };

    /// <summary>
    /// One of: a learner added, a learner promoted, a voter demoted, a member removed, addresses changed; at least one
    /// voter stays.
    /// </summary>
    public static bool IsOneStepFrom(this Membership next, Membership before)
    {
        if (!next.IsWellFormed() || next.Incarnation != before.Incarnation || next.Voters() == 0)
            return false;
        var gone = before.Members.FirstOrDefault(member => next.Find(member.Id) is null);
        var added = next.Members.FirstOrDefault(member => before.Find(member.Id) is null);
        var toggled = next.Members.FirstOrDefault(
            member => before.Find(member.Id) is { } old && old.Votes != member.Votes);
        return (gone, added, toggled) switch
        {
            (null, null, null) => next.IsBut(before, withAddresses: true) && !next.IsBut(before, withAddresses: false),
            (not null, null, null) => next.IsBut(before.Remove(gone.Id), withAddresses: false),
            (null, { Votes: false }, null) => !before.HasRemoved(added.Id)
                && next.IsBut(before.Add(added.Id, added.Node, added.Address), withAddresses: false),
            (null, null, { Votes: true }) => next.IsBut(before.Promote(toggled.Id), withAddresses: false),
            (null, null, { Votes: false }) => next.IsBut(before.Demote(toggled.Id), withAddresses: false),
            _ => false,
        };
    }

    /// <summary>Ids are there, in order and without repetition, and nobody is both a member and removed.</summary>
    public static bool IsWellFormed(this Membership membership)
    {
        for (var i = 0; i < membership.Members.Length; i++)
        {
            var id = membership.Members[i].Id;
            if (id.IsNone || membership.HasRemoved(id) || (i > 0 && membership.Members[i - 1].Id.Value >= id.Value))
                return false;
        }
        for (var i = 1; i < membership.Removed.Length; i++)
        {
            if (membership.Removed[i - 1].Value >= membership.Removed[i].Value)
                return false;
        }
        return true;
    }

    private static bool IsBut(this Membership next, Membership expected, bool withAddresses) =>
        next.Removed.SequenceEqual(expected.Removed)
        && next.Members.Length == expected.Members.Length
        && next.Members.Zip(expected.Members).All(pair => pair.First
            == (withAddresses ? pair.Second with { Address = pair.First.Address } : pair.Second));

    private static Membership Replace(this Membership membership, MemberId id, Func<Member, Member> change)
    {
        var member = membership.Find(id);
        Invariant.Require(member is not null, "only a member is changed");
        return membership with { Members = membership.Members.Replace(member, change(member)) };
    }

    private static ImmutableArray<Member> Sorted(ImmutableArray<Member> members) =>
        members.Sort((a, b) => a.Id.CompareTo(b.Id));
}
