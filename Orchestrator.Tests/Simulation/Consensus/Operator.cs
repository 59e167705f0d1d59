using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>Changes the membership, moves the leadership, has snapshots taken; replaces members that are lost.</summary>
internal sealed class Operator(World world)
{
    private const int MostMembers = 7;

    /// <summary>Of no member, ever.</summary>
    private static readonly MemberId Unknown = new(ulong.MaxValue);

    private int _addresses;

    public void Begin() => PlanNext();

    /// <summary>One step towards a group in which every member lives.</summary>
    public void Repair()
    {
        if (world.Leader() is not { Process: { } process })
            return;
        var membership = process.Core.Membership;
        if (membership.Members.FirstOrDefault(member => world.Find(member.Id)!.Disk.IsDamaged) is { } lost)
            Change(process, membership.Remove(lost.Id));
        else if (membership.Members.FirstOrDefault(member => !member.Votes) is { } learner)
            Change(process, membership.Promote(learner.Id));
    }

    private void PlanNext() => world.Time.After(world.Random.Next(1, 2 * world.Profile.OperatorInterval) * Timeline.Tick, () =>
    {
        if (world.IsHealed)
            return;
        Act();
        PlanNext();
    });

    private void Act()
    {
        var (snapshots, changes, transfers) =
            (world.Profile.Snapshots, world.Profile.MembershipChanges, world.Profile.Transfers);
        var choice = world.Random.Next(snapshots + changes + transfers + 1);
        if (choice < snapshots)
            world.AnyMember().Process?.Snapshots.Take();
        else if (choice < snapshots + changes)
            ChangeMembership();
        else if (choice < snapshots + changes + transfers)
            Transfer();
        else
            AskTheImpossible();
    }

    /// <summary>No leader takes these, whatever state it is in.</summary>
    private void AskTheImpossible()
    {
        if (world.AnyLeader() is not { Process: { } process })
            return;
        process.Input(() =>
        {
            var now = process.Core.Membership;
            RequireRefused(process.Core.Propose(new byte[World.MaxEntryBytes + 1]));
            RequireRefused(process.Core.ChangeMembership(now));
            if (!now.Removed.IsEmpty)
                RequireRefused(process.Core.ChangeMembership(now with { Removed = now.Removed.RemoveAt(0) }));
            foreach (var member in now.Members.Take(1))
                RequireRefused(process.Core.ChangeMembership(now.Remove(member.Id).Add(Unknown, "node", "host")));
        });
    }

    private static void RequireRefused(ProposeResult result) => SafetyViolation.Unless(
        result != ProposeResult.Accepted, "what must be refused is refused", () => "it was accepted");

    private void ChangeMembership()
    {
        RetireARemovedOne();
        if (world.AnyLeader() is not { Process: { } process } || process.Core.Membership.Members.IsEmpty)
            return;
        if (Next(process.Core.Membership) is { } next)
            Change(process, next);
    }

    /// <summary>Null: nothing that would be wise.</summary>
    private Membership? Next(Membership now)
    {
        var members = now.Members;
        var any = members[world.Random.Next(members.Length)];
        return world.Random.Next(5) switch
        {
            0 when members.Length < MostMembers => WithNewcomer(now),
            1 or 2 when members.FirstOrDefault(member => !member.Votes) is { } learner => now.Promote(learner.Id),
            3 when world.Chance(0.5) => any.Votes && now.Voters() > 1 ? now.Demote(any.Id) : null,
            3 when now.Voters() > (any.Votes ? 1 : 0) => now.Remove(any.Id),
            4 => now.WithAddress(any.Id, $"somewhere-{++_addresses}"),
            _ => null,
        };
    }

    private Membership WithNewcomer(Membership now)
    {
        var id = world.AddJoiner();
        return now.Add(id, $"node-{id}", $"host-{id}");
    }

    private void Change(MemberProcess process, Membership next) => process.Input(() =>
    {
        if (!process.Leads || !world.CanDecide(next))
            return;
        var result = process.Core.ChangeMembership(next);
        world.Trace?.Add($"{process.Member.Id} is to change the membership to {Show(next)}: {result}");
    });

    private void Transfer()
    {
        if (world.AnyLeader() is not { Process: { } process })
            return;
        var members = process.Core.Membership.Members;
        var to = world.Chance(0.5) || members.IsEmpty ? MemberId.None : members[world.Random.Next(members.Length)].Id;
        process.Input(() => process.Core.TransferLeadership(to));
    }

    private void RetireARemovedOne()
    {
        if (world.Checker.Ledger.Membership is not { } membership || !world.Chance(0.3))
            return;
        foreach (var id in membership.Removed)
            world.Find(id)!.Retire();
    }

    private static string Show(Membership membership) =>
        string.Join(' ', membership.Members.Select(member => member.Votes ? $"{member.Id}" : $"({member.Id})"));
}
