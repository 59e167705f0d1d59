using Orchestrator.Agents;
using Orchestrator.Model;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Agents;

public sealed class TaskClockTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_retry_that_a_set_clock_has_put_far_off_is_made_now()
    {
        var task = TaskRecord.New(Assignments.Of()) with
        {
            Status = new TaskStatus { State = TaskState.Preparing }, RetryAt = Now.AddHours(1),
        };
        Assert.That(TaskStepper.Next(task, Sighting.Absent, Now), Is.InstanceOf<Step.Prepare>());
        Assert.That(
            TaskStepper.Next(task with { RetryAt = Now.AddSeconds(8) }, Sighting.Absent, Now),
            Is.InstanceOf<Step.Wait>());
    }

    [Test]
    public async Task A_call_may_be_given_longer_than_a_timer_holds()
    {
        var answer = await Timed.RunAsync(
            _ => Task.FromResult(7), TimeSpan.FromDays(1000), TimeProvider.System, CancellationToken.None);
        Assert.That(answer, Is.EqualTo(7));
    }
}
