using Orchestrator.Dispatching;
using Orchestrator.Model;

namespace Orchestrator.Tests.Dispatching;

public sealed class AgentSessionTests
{
    private static readonly NodeId Node = new("n");

    [Test]
    public void An_agent_that_does_not_read_loses_its_session()
    {
        var session = new AgentSession(Node);
        for (var i = 0; i < AgentSession.QueueLimit; i++)
            Assert.That(session.TrySend(new StatusReceipt()));
        Assert.That(session.Closed.IsCompleted, Is.False);
        Assert.That(session.TrySend(new StatusReceipt()), Is.False);
        Assert.That(session.Closed.IsCompletedSuccessfully);
    }

    [Test]
    public async Task Nudges_between_two_looks_are_one()
    {
        var session = new AgentSession(Node);
        session.Nudge();
        session.Nudge();
        await session.NudgedAsync(CancellationToken.None);
        Assert.That(session.NudgedAsync(new CancellationToken(true)).IsCanceled);
    }

    [Test]
    public void An_old_session_that_ends_does_not_take_the_new_one_with_it()
    {
        var table = new SessionTable(TimeProvider.System);
        var old = table.Open(Node);
        var current = table.Open(Node);
        Assert.That(old.Closed.IsCompleted);
        table.Remove(old, "ended");
        Assert.That(table.Find(Node), Is.SameAs(current));
        Assert.That(current.Closed.IsCompleted, Is.False);
    }

    [Test]
    public void A_session_that_opens_after_the_end_of_the_leadership_is_closed_at_once()
    {
        var table = new SessionTable(TimeProvider.System);
        table.Stop("not the leader");
        Assert.That(table.Open(Node).Closed.IsCompleted);
        Assert.That(table.Find(Node), Is.Null);
    }
}
