using Orchestrator.Security;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Security;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CallEndTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _call = new();
    private readonly TaskCompletionSource _body = new();

    [Test]
    public async Task A_call_lasts_as_long_as_it_wants()
    {
        var waiting = new CallEnd(_time).AwaitAsync(_ => _call.Task, CancellationToken.None);

        _time.Advance(TimeSpan.FromDays(1));
        Assert.That(waiting.IsCompleted, Is.False);

        _call.SetResult();
        await waiting.WaitAsync(Eventually.Patience);
    }

    [Test]
    public async Task A_call_that_does_not_end_after_its_body_is_left_behind()
    {
        var end = new CallEnd(_time);
        var waiting = end.AwaitAsync(_ => _call.Task, CancellationToken.None);
        var body = end.AfterAsync(_body.Task);
        _body.SetException(new IOException("cut"));

        await Eventually.True("the end of the body", () => body.IsFaulted);
        await LeftBehindAsync(waiting);
    }

    [Test]
    public async Task A_call_that_does_not_end_when_it_is_cancelled_is_left_behind()
    {
        using var given = new CancellationTokenSource();
        var told = new TaskCompletionSource();
        var waiting = new CallEnd(_time).AwaitAsync(
            ct =>
            {
                ct.Register(told.SetResult);
                return _call.Task;
            },
            given.Token);
        await given.CancelAsync();

        await LeftBehindAsync(waiting);
        await told.Task.WaitAsync(Eventually.Patience);
    }

    [Test]
    public async Task A_call_that_ends_after_its_body_says_why()
    {
        var end = new CallEnd(_time);
        var waiting = end.AwaitAsync(_ => _call.Task, CancellationToken.None);
        _body.SetResult();
        await end.AfterAsync(_body.Task);
        _call.SetException(new TimeoutException("the call's own"));

        Assert.That(async () => await waiting.WaitAsync(Eventually.Patience), Throws.TypeOf<TimeoutException>());
    }

    private async Task LeftBehindAsync(Task waiting)
    {
        await Eventually.True("an end", () =>
        {
            _time.Advance(CallEnd.Limit);
            return waiting.IsCompleted;
        });
        Assert.That(async () => await waiting, Throws.InstanceOf<IOException>());
    }
}
