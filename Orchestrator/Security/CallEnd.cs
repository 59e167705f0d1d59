using Orchestrator.Primitives;

namespace Orchestrator.Security;

/// <summary>Rids whoever waits for a call of it soon after it is over, even when its end is never told.</summary>
/// <remarks>
/// When a connection breaks while a body ends, the HTTP/2 client may leave a lock of its own held for ever: reading,
/// cancelling and disposing never return then. <see cref="PushContent"/> avoids what is known to lead there; what hangs
/// all the same is left behind, with one thread, and whoever waits goes on.
/// </remarks>
internal sealed class CallEnd(TimeProvider clock)
{
    /// <summary>Longer than any end that is told: see <see cref="PushContent"/>.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="body">the call is over when it ends</param>
    public async Task AfterAsync(Task body)
    {
        try
        {
            await body;
        }
        finally
        {
            _over.TrySetResult();
        }
    }

    /// <param name="call">disposes what it uses; left behind when it does not end in time</param>
    /// <param name="ct">the call is over when it is cancelled; the call's own token is cancelled soon after</param>
    /// <exception cref="IOException">the call was left behind</exception>
    public async Task AwaitAsync(Func<CancellationToken, Task> call, CancellationToken ct)
    {
        // Its own, and cancelled on another thread: whoever cancels must not wait for what hangs.
        var life = new CancellationTokenSource();
        await using var given = ct.UnsafeRegister(_ =>
        {
            life.CancelSoon();
            _over.TrySetResult();
        }, null);
        var calling = call(life.Token);
        try
        {
            await Task.WhenAny(calling, _over.Task);
            await calling.WaitAsync(Limit, clock, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            life.CancelSoon();
            if (!calling.IsCompleted)
                throw new IOException("the connection is lost, and its end as well");
            await calling;
        }
    }
}
