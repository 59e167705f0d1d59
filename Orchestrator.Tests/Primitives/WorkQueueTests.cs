using Orchestrator.Primitives;

namespace Orchestrator.Tests.Primitives;

public sealed class WorkQueueTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Test]
    public void A_key_waits_once_at_its_earliest_moment()
    {
        var queue = new WorkQueue<string>();
        queue.Add("a", Start.AddSeconds(5));
        queue.Add("a", Start.AddSeconds(2));
        queue.Add("a", Start.AddSeconds(9));
        queue.Add("b", Start.AddSeconds(3));
        Assert.That(queue.NextDue, Is.EqualTo(Start.AddSeconds(2)));
        Assert.That(queue.TakeDue(Start.AddSeconds(1)), Is.Empty);
        Assert.That(queue.TakeDue(Start.AddSeconds(3)), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(queue.Count, Is.Zero);
        Assert.That(queue.NextDue, Is.Null);
    }
}
