using System.Numerics;
using Orchestrator.Consensus.Core;
using ForAll = FsCheck.NUnit.PropertyAttribute;

#pragma warning disable NUnit1027 // FsCheck supplies the arguments; the analyzer knows only NUnit's own attributes.

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>Quorums and steps from one membership to the next, against counting everything.</summary>
public sealed class MembershipProperties
{
    private const int MostIds = 5;

    [ForAll(MaxTest = 500)]
    public void What_is_agreed_is_the_largest_number_that_a_majority_has(byte[] reached)
    {
        var values = reached.Select(value => (ulong)value).ToArray();
        var expected = values.Append(0UL).Where(value => value == 0
            || values.Count(other => other >= value) > values.Length / 2).Max();
        Assert.That(Quorum.Agreed(values.ToArray()), Is.EqualTo(expected));
    }

    [Test]
    public void Every_step_there_is_is_found_and_no_other_and_its_quorums_meet()
    {
        var all = Enumerable.Range(0, 243).Select(OfMembers).Where(membership => membership.Voters() > 0).ToArray();
        foreach (var before in all)
        {
            var steps = Steps(before).Select(Text).ToHashSet();
            var candidates = all.Concat(Steps(before)).Concat(Steps(before).SelectMany(Steps).Take(40));
            foreach (var next in candidates)
            {
                Assert.That(next.IsOneStepFrom(before), Is.EqualTo(steps.Contains(Text(next))), Text(next));
                if (next.IsOneStepFrom(before))
                    AssertQuorumsMeet(before, next);
            }
        }
    }

    [Test]
    public void Addresses_change_in_one_step_and_nothing_else_with_them()
    {
        var before = One.Voters(1, 2, 3);
        var moved = before.WithAddress(new MemberId(1), "elsewhere");
        Assert.That(moved.IsOneStepFrom(before), Is.True);
        Assert.That(before.IsOneStepFrom(before), Is.False);
        Assert.That(moved.Demote(new MemberId(2)).IsOneStepFrom(before), Is.False);
        Assert.That((moved with { Incarnation = 8 }).IsOneStepFrom(before), Is.False);
    }

    [ForAll(MaxTest = 500)]
    public void A_membership_comes_back_from_its_bytes(ushort shape, string? node)
    {
        var membership = Of(shape);
        if (!membership.Members.IsEmpty)
            membership = membership.WithAddress(membership.Members[0].Id, string.Concat((node ?? "").Where(char.IsAscii)));
        var bytes = MembershipCodec.Encode(membership);
        Assert.That(Text(MembershipCodec.Decode(bytes)), Is.EqualTo(Text(membership)));
        Assert.That(MembershipCodec.Encode(MembershipCodec.Decode(bytes)), Is.EqualTo(bytes));
    }

    [ForAll(MaxTest = 2000)]
    public void Other_bytes_are_refused_and_nothing_else_happens(ushort shape, ushort at, byte value)
    {
        var bytes = MembershipCodec.Encode(Of(shape));
        Assert.That(() => MembershipCodec.Decode(bytes.AsSpan(0, at % bytes.Length)), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => MembershipCodec.Decode([.. bytes, value]), Throws.TypeOf<InvalidDataException>());
        bytes[at % bytes.Length] = value;
        if (MembershipCodec.TryDecode(bytes, out var membership))
            Assert.That(MembershipCodec.Encode(membership), Is.EqualTo(bytes));
    }

    private static void AssertQuorumsMeet(Membership before, Membership next)
    {
        foreach (var one in QuorumsOf(before))
        {
            foreach (var other in QuorumsOf(next))
                Assert.That(one & other, Is.Not.Zero, $"{Text(before)} to {Text(next)}");
        }
    }

    /// <summary>Every set of voters, as bits, that is large enough.</summary>
    private static IEnumerable<uint> QuorumsOf(Membership membership)
    {
        var voters = membership.Members.Where(member => member.Votes).Aggregate(0u, (bits, member) => bits | Bit(member));
        return Enumerable.Range(0, 1 << (MostIds + 3)).Select(set => (uint)set)
            .Where(set => (set & ~voters) == 0 && BitOperations.PopCount(set) >= membership.Quorum());
    }

    private static uint Bit(Member member) => 1u << (int)member.Id.Value;

    /// <summary>What may follow, by the list of the rules.</summary>
    private static IEnumerable<Membership> Steps(Membership before)
    {
        var added = new MemberId(MostIds + 1);
        var steps = before.Members.SelectMany(member => new[]
        {
            before.Remove(member.Id),
            member.Votes ? before.Demote(member.Id) : before.Promote(member.Id),
        });
        if (before.Find(added) is null && !before.HasRemoved(added))
            steps = steps.Append(before.Add(added, "node", "host"));
        for (var id = 1UL; id <= MostIds; id++)
        {
            var free = new MemberId(id);
            if (before.Find(free) is null && !before.HasRemoved(free))
                steps = steps.Append(before.Add(free, "node", "host"));
        }
        return steps.Where(step => step.Voters() > 0);
    }

    /// <summary>Ids 1 to 5: absent, learner or voter each.</summary>
    private static Membership OfMembers(int shape)
    {
        var members = new List<Member>();
        for (var id = 1; id <= MostIds; id++, shape /= 3)
        {
            if (shape % 3 > 0)
                members.Add(new Member(new MemberId((ulong)id), "node", "host", Votes: shape % 3 == 2));
        }
        return new Membership { Incarnation = 7, Members = [.. members] };
    }

    private static Membership Of(ushort shape)
    {
        var membership = OfMembers(shape % 243);
        var removed = new MemberId((ulong)(shape % 5) + 1);
        return membership.Find(removed) is null ? membership with { Removed = [removed] } : membership;
    }

    private static string Text(Membership membership) => string.Join(' ', membership.Members) + " without "
        + string.Join(',', membership.Removed);
}
