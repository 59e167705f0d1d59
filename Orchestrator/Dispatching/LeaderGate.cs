using Microsoft.AspNetCore.Http;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Dispatching;

/// <summary>Lets calls through while this manager leads; else says who does.</summary>
/// <param name="leading">the dispatcher of this leadership; null while this manager does not lead</param>
/// <param name="leaderAddress"><c>ip:port</c> of another manager that leads; empty when none is known</param>
internal sealed class LeaderGate(Func<Dispatcher?> leading, Func<string> leaderAddress)
{
    /// <param name="handle">its token is cancelled when the caller has gone, and when the leadership is lost</param>
    /// <exception cref="RefusedException">this manager does not lead, or not any more</exception>
    public async Task PassAsync(HttpContext context, Func<Dispatcher, CancellationToken, Task> handle)
    {
        var gone = context.RequestAborted;
        if (leading() is not { Life.IsCancellationRequested: false } dispatcher)
            throw NotLeading();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, dispatcher.Life);
        try
        {
            await handle(dispatcher, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ProposalException
            && dispatcher.Life.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            throw NotLeading();
        }
    }

    private RefusedException NotLeading()
    {
        var leader = leaderAddress();
        return new RefusedException(
            StatusCodes.Status503ServiceUnavailable,
            "this manager does not lead the cluster: " + (leader.Length > 0
                ? $"the one at {leader} does"
                : "try another one, or this one again in a moment"))
        {
            Leader = leader,
        };
    }
}
