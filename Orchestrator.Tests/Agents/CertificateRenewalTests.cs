using Microsoft.AspNetCore.Http;
using Orchestrator.Model;
using Orchestrator.Serialization;
using Orchestrator.Tests.Security;

namespace Orchestrator.Tests.Agents;

[TestFixture]
[CancelAfter(60_000)]
internal sealed class CertificateRenewalTests
{
    [Test]
    public async Task A_certificate_that_is_due_is_renewed_stored_and_used_for_a_new_session()
    {
        await using var rig = new AgentRig(age: TestPki.Lifetime * 0.9);
        var manager = await rig.AddManagerAsync();
        var old = rig.Identity.Current;
        var mayAnswer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        manager.Other = async context =>
        {
            await mayAnswer.Task;
            await AnswerAsync(rig, context);
        };
        rig.Start(manager.Address);
        var first = await manager.SessionAsync();

        mayAnswer.SetResult();

        await first.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        var second = await manager.SessionAsync();
        Assert.That(rig.Identity.Current.Validity.NotAfter, Is.GreaterThan(old.Validity.NotAfter));
        Assert.That(rig.Saved.Single(), Is.SameAs(rig.Identity.Current));
        Assert.That(second.Peer, Is.EqualTo(old.Peer), "the same node, known by another certificate");
    }

    [Test]
    public async Task A_node_that_is_to_have_another_role_renews_its_certificate_until_it_has_it()
    {
        await using var rig = new AgentRig();
        var manager = await rig.AddManagerAsync();
        var asked = 0;
        manager.Other = context => AnswerAsync(
            rig, context, Interlocked.Increment(ref asked) < 3 ? NodeRole.Worker : NodeRole.Manager);
        rig.Start(manager.Address);
        var first = await manager.SessionAsync();

        manager.Settings = new SessionSettings { Role = NodeRole.Manager };
        await first.SendAsync(manager.Settings);

        await first.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That((await manager.SessionAsync()).Peer!.Role, Is.EqualTo(NodeRole.Manager));
        Assert.That(rig.Saved.Single(), Is.SameAs(rig.Identity.Current), "the same role again is no news");
        Assert.That(asked, Is.EqualTo(3));
    }

    [Test]
    public async Task A_node_in_its_right_role_asks_for_nothing()
    {
        await using var rig = new AgentRig();
        var manager = await rig.AddManagerAsync();
        var asked = 0;
        manager.Other = context =>
        {
            Interlocked.Increment(ref asked);
            return AnswerAsync(rig, context);
        };
        manager.Settings = new SessionSettings { Role = NodeRole.Worker };
        rig.Start(manager.Address);
        var session = await manager.SessionAsync();

        await session.SendAsync(manager.Settings);
        await session.SendAsync(Builders.Assignments.Complete(1, Builders.Assignments.Of()));

        await session.HearAsync(Builders.Assignments.Id(1), TaskState.Running);
        Assert.That(asked, Is.Zero);
    }

    private static async Task AnswerAsync(AgentRig rig, HttpContext context, NodeRole role = NodeRole.Worker)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = MessagePackSerializer.Deserialize<RenewRequest>(body.ToArray());
        var node = rig.Identity.Current.Peer with { Role = role };
        var now = TimeProvider.System.GetUtcNow();
        await context.Response.Body.WriteAsync(MessagePackSerializer.Serialize(new JoinResponse
        {
            NodeId = node.NodeId,
            ClusterId = node.ClusterId,
            Certificate = rig.Pki.Ca.Issue(node, request.CertificateRequest, now, TestPki.Lifetime),
        }));
    }
}
