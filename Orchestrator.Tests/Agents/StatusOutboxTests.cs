using Orchestrator.Agents;
using Orchestrator.Model;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Agents;

[TestFixture]
internal sealed class StatusOutboxTests
{
    private readonly FakeTimeProvider _clock = new();

    [Test]
    public void While_a_report_waits_for_its_receipt_the_newest_of_each_task_gathers()
    {
        var outbox = new StatusOutbox(_clock);
        Put(outbox, 1, TaskState.Ready);
        Assert.That(Content(outbox.Take()), Is.EqualTo("#1: 1=ready"));

        Put(outbox, 1, TaskState.Starting);
        Put(outbox, 2, TaskState.Preparing);
        Put(outbox, 1, TaskState.Running);
        Assert.That(outbox.Take(), Is.Null, "the first is not acknowledged");
        outbox.Acknowledge(1);

        Assert.That(Content(outbox.Take()), Is.EqualTo("#2: 1=running 2=preparing"));
    }

    [Test]
    public void What_was_sent_without_receipt_is_sent_again_in_the_next_session_unless_there_is_newer()
    {
        var outbox = new StatusOutbox(_clock);
        Put(outbox, 1, TaskState.Running);
        Put(outbox, 2, TaskState.Running);
        outbox.Take();
        Put(outbox, 2, TaskState.Failed);

        outbox.Restart();

        Assert.That(Content(outbox.Take()), Is.EqualTo("#1: 1=running 2=failed"));
    }

    [Test]
    public void An_old_receipt_acknowledges_nothing()
    {
        var outbox = new StatusOutbox(_clock);
        Put(outbox, 1, TaskState.Running);
        outbox.Take();
        outbox.Acknowledge(1);
        Put(outbox, 1, TaskState.Failed);
        outbox.Take();

        outbox.Acknowledge(1);
        Put(outbox, 2, TaskState.Running);

        Assert.That(outbox.Take(), Is.Null);
    }

    [Test]
    public void A_report_has_a_limit_and_the_rest_follows()
    {
        var outbox = new StatusOutbox(_clock);
        for (var task = 0; task < StatusOutbox.MaxReport + 5; task++)
            Put(outbox, task, TaskState.Running);

        Assert.That(outbox.Take()!.Updates, Has.Length.EqualTo(StatusOutbox.MaxReport));
        outbox.Acknowledge(1);
        Assert.That(outbox.Take()!.Updates, Has.Length.EqualTo(5));
    }

    [Test]
    public void A_state_on_the_way_is_told_only_when_the_next_does_not_come_soon()
    {
        var outbox = new StatusOutbox(_clock);
        Put(outbox, 1, TaskState.Preparing);
        Assert.That(outbox.Take(), Is.Null);
        Assert.That(outbox.DueIn(), Is.EqualTo(StatusOutbox.Passing));

        _clock.Advance(StatusOutbox.Passing / 2);
        Put(outbox, 1, TaskState.Starting);
        Assert.That(outbox.Take(), Is.Null, "the new state does not extend the wait, nor end it");
        _clock.Advance(StatusOutbox.Passing / 2);

        Assert.That(Content(outbox.Take()), Is.EqualTo("#1: 1=starting"));
        Assert.That(outbox.DueIn(), Is.Null);
    }

    [Test]
    public void A_state_that_matters_takes_those_on_the_way_along()
    {
        var outbox = new StatusOutbox(_clock);
        Put(outbox, 1, TaskState.Preparing);
        Put(outbox, 2, TaskState.Running);

        Assert.That(Content(outbox.Take()), Is.EqualTo("#1: 1=preparing 2=running"));
    }

    [Test]
    public void A_forgotten_task_is_not_reported()
    {
        var outbox = new StatusOutbox(_clock);
        Put(outbox, 1, TaskState.Running);
        outbox.Forget(Assignments.Id(1));

        Assert.That(outbox.Take(), Is.Null);
    }

    private static void Put(StatusOutbox outbox, int task, TaskState state) =>
        outbox.Put(Assignments.Id(task), new TaskStatus { State = state });

    private static string Content(AgentStatusReport? report) => $"#{report!.Number}: " + string.Join(' ', report.Updates
        .OrderBy(update => update.TaskId.Value, StringComparer.Ordinal)
        .Select(update => $"{update.TaskId.Value.TrimStart("task0".ToCharArray())}={update.Status.State.Word()}"));
}
