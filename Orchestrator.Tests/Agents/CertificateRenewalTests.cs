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

    private static async Task AnswerAsync(AgentRig rig, HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = MessagePackSerializer.Deserialize<RenewRequest>(body.ToArray());
        var node = rig.Identity.Current.Peer;
        var now = TimeProvider.System.GetUtcNow();
        await context.Response.Body.WriteAsync(MessagePackSerializer.Serialize(new JoinResponse
        {
            NodeId = node.NodeId,
            ClusterId = node.ClusterId,
            Certificate = rig.Pki.Ca.Issue(node, request.CertificateRequest, now, TestPki.Lifetime),
        }));
    }
}
