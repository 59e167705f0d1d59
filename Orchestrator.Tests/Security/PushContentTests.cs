using Orchestrator.Security;

namespace Orchestrator.Tests.Security;

public sealed class PushContentTests
{
    [Test]
    public async Task A_body_that_nobody_reads_any_more_ends_normally_and_leaves_the_answer_alone()
    {
        using var reading = new CancellationTokenSource();
        using var unread = new CancellationTokenSource();
        using var given = new CancellationTokenSource();
        var writing = WriteAsync(reading, unread, given);
        Assert.That(writing.IsCompleted, Is.False);
        await unread.CancelAsync();
        await writing.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(reading.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task A_call_that_is_given_up_ends_its_body_and_then_its_reading()
    {
        using var reading = new CancellationTokenSource();
        using var unread = new CancellationTokenSource();
        using var given = new CancellationTokenSource();
        var ended = new TaskCompletionSource();
        var writing = WriteAsync(reading, unread, given);
        reading.Token.Register(() => ended.SetResult());
        await given.CancelAsync();
        await writing.WaitAsync(TimeSpan.FromSeconds(20));
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Test]
    public void A_writer_that_fails_ends_the_reading()
    {
        using var reading = new CancellationTokenSource();
        Assert.That(
            async () => await PushContent.EndFirstAsync(_ => throw new IOException("cut"), reading, default, default),
            Throws.InstanceOf<IOException>());
        Assert.That(() => reading.IsCancellationRequested, Is.True.After(20).Seconds.PollEvery(5).MilliSeconds);
    }

    [Test]
    public async Task A_body_whose_writer_fails_ends_in_good_order()
    {
        using var content = new PushContent(async (stream, ct) =>
        {
            await stream.WriteAsync(new byte[3], ct);
            throw new IOException("cut");
        });
        Assert.That(await content.ReadAsByteArrayAsync(), Has.Length.EqualTo(3));
    }

    private static Task WriteAsync(
        CancellationTokenSource reading, CancellationTokenSource unread, CancellationTokenSource given) =>
        PushContent.EndFirstAsync(
            ct => new TaskCompletionSource().Task.WaitAsync(ct), reading, unread.Token, given.Token);
}
