using Orchestrator.Hosting;
using Orchestrator.Model;

namespace Orchestrator.Tests.Hosting;

internal sealed class RoleDecisionTests
{
    [TestCase(NodeRole.Worker, null, false, false, RoleStep.None, TestName = "A_worker_stays_one")]
    [TestCase(NodeRole.Manager, null, true, false, RoleStep.None, TestName = "A_manager_stays_one")]
    [TestCase(NodeRole.Worker, NodeRole.Manager, false, false, RoleStep.None, TestName = "A_wish_alone_makes_no_manager")]
    [TestCase(NodeRole.Manager, NodeRole.Manager, false, false, RoleStep.BecomeManager, TestName = "The_certificate_does")]
    [TestCase(NodeRole.Manager, null, false, false, RoleStep.BecomeManager, TestName = "Also_before_anybody_has_said_more")]
    [TestCase(NodeRole.Manager, NodeRole.Worker, false, false, RoleStep.None, TestName = "Who_is_being_demoted_does_not_come_back")]
    [TestCase(NodeRole.Manager, NodeRole.Worker, true, false, RoleStep.None, TestName = "A_demoted_manager_waits_for_its_removal")]
    [TestCase(NodeRole.Manager, NodeRole.Worker, true, true, RoleStep.StopManaging, TestName = "A_removed_member_stops")]
    [TestCase(NodeRole.Worker, NodeRole.Worker, true, false, RoleStep.StopManaging, TestName = "Who_has_a_workers_certificate_stops")]
    public void The_step(NodeRole certificate, NodeRole? wanted, bool manages, bool removed, object expected) =>
        Assert.That(new RoleDecision(certificate, wanted, manages, removed).Next(), Is.EqualTo(expected));
}
