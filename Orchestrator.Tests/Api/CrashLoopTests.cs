using Orchestrator.Api.Mapping;
using Orchestrator.Model;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

public sealed class CrashLoopTests
{
    [TestCase(2, null)]
    [TestCase(3, "crash loop: 3 failures in a row, next start at 12:34:56 UTC")]
    public void A_task_that_waits_after_failures_in_a_row_says_so(int failures, string? expected)
    {
        var plane = new ControlPlane();
        var id = plane.AddService("web", 0);
        var task = new ServiceTask
        {
            Id = new TaskId("t1"),
            ServiceId = id,
            Revision = 1,
            Desired = TaskState.Ready,
            Restart = new RestartRecord
            {
                Replaces = new TaskId("t0"),
                Failures = failures,
                NotBefore = new DateTimeOffset(2030, 1, 1, 12, 34, 56, TimeSpan.Zero),
            },
        };
        Assert.That(new TaskMapper(plane.State).Write(task).Status.Err, Is.EqualTo(expected));
    }
}
