using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Managers;
using Orchestrator.Model;
using Orchestrator.Serialization;
using Orchestrator.Store;

namespace Orchestrator.Tests.Managers;

/// <summary>Who counts as a manager, whatever its certificate says.</summary>
public sealed class ManagerStandingTests
{
    private static readonly Member Self = new(new MemberId(1), "self", "", Votes: true);
    private static readonly Member Other = new(new MemberId(2), "other", "", Votes: true);
    private static readonly Membership Both = new() { Incarnation = 7, Members = [Self, Other] };
    private static readonly Membership Alone = Both.Remove(Other.Id);

    [TestCase(NodeRole.Manager, true)]
    [TestCase(NodeRole.Worker, false)]
    [TestCase(null, false)]
    public void Whoever_is_no_member_is_what_its_row_says(NodeRole? role, bool expected) =>
        Assert.That(Has(Status(Alone, Alone), role), Is.EqualTo(expected));

    [Test]
    public void A_member_is_a_manager_until_its_removal_is_agreed_on()
    {
        Assert.That(Has(Status(Both, Both), NodeRole.Worker), Is.True);
        Assert.That(Has(Status(Alone, Both), NodeRole.Worker), Is.True);
        Assert.That(Has(Status(Both, Alone), null), Is.True);
    }

    [Test]
    public void Who_follows_nobody_that_it_knows_may_be_behind_and_turns_nobody_away()
    {
        Assert.That(Has(Status(Alone, Alone) with { Leader = MemberId.None }, null), Is.True);
        Assert.That(Has(Status(Alone, Alone) with { Leader = new MemberId(99) }, NodeRole.Worker), Is.True);
    }

    private static MemberStatus Status(Membership now, Membership committed) =>
        new() { Self = Self.Id, Leader = Self.Id, Membership = now, Committed = committed };

    private static bool Has(MemberStatus status, NodeRole? role)
    {
        var store = new StateStore();
        if (role is { } known)
        {
            var row = new Node { Id = new NodeId(Other.Node), Spec = new NodeSpec { Role = known } };
            store.Apply(1, MessagePackSerializer.Serialize(Transaction.Of(Change.Create(row))));
        }
        return ManagerStanding.Has(status, store.Current, new NodeId(Other.Node));
    }
}
