using System.Collections.Concurrent;
using Orchestrator.Consensus.Log;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Consensus.Log;

public sealed class DiskQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Work_runs_one_after_the_other_in_the_order_it_came()
    {
        await using var queue = new DiskQueue();
        var (running, most, order) = (0, 0, new ConcurrentQueue<int>());
        for (var round = 0; round < 100; round++)
        {
            var first = 3 * round;
            await Task.WhenAll(Enumerable.Range(first, 3).Select(number => queue.RunAsync(() =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                order.Enqueue(number);
                Interlocked.Decrement(ref running);
            }))).WaitAsync(Patience);
        }
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 300)));
        Assert.That(most, Is.EqualTo(1));
    }

    [Test]
    public async Task An_exception_is_that_of_its_work_and_the_next_runs()
    {
        await using var queue = new DiskQueue();
        var failed = queue.RunAsync(() => throw new LogException(LogFailure.InputOutput, "broken"));
        var ran = false;
        await queue.RunAsync(() => ran = true).WaitAsync(Patience);
        Assert.That(ran);
        Assert.That(async () => await failed, Throws.TypeOf<LogException>().With.Message.EqualTo("broken"));
    }

    [Test]
    public async Task An_end_waits_for_the_work_that_was_given_and_takes_no_more()
    {
        var queue = new DiskQueue();
        using var disk = new ManualResetEventSlim();
        var work = new[] { queue.RunAsync(() => disk.Wait(Patience)), queue.RunAsync(() => { }) };
        var end = queue.DisposeAsync();
        Assert.That(() => queue.RunAsync(() => { }), Throws.TypeOf<ObjectDisposedException>());
        Assert.That((end.IsCompleted, work[1].IsCompleted), Is.EqualTo((false, false)));
        disk.Set();
        await end.AsTask().WaitAsync(Patience);
        Assert.That(work.All(each => each.IsCompletedSuccessfully));
        await queue.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Test]
    public async Task More_than_a_few_wait_for_the_disk_before_they_are_taken()
    {
        await using var queue = new DiskQueue();
        using var disk = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        var first = queue.RunAsync(() =>
        {
            started.Set();
            disk.Wait(Patience);
        });
        Assert.That(started.Wait(Patience));
        var taken = 0;
        var giver = Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                queue.RunAsync(() => { });
                Interlocked.Increment(ref taken);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Eventually.True("a full queue", () => Volatile.Read(ref taken) == 8);
        Assert.That((giver.IsCompleted, first.IsCompleted), Is.EqualTo((false, false)));
        disk.Set();
        await giver.WaitAsync(Patience);
    }
}
