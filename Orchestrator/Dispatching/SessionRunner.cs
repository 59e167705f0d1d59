using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Dispatching;

/// <summary>Serves one session: reads what the agent says, and sends what others have queued for it.</summary>
internal sealed partial class SessionRunner(AgentSession session, SessionServices services, ILogger logger)
{
    /// <summary>For one frame. An agent that takes longer is closed, and gets a complete set when it is back.</summary>
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(15);

    private const string AllSaid = "everything is said";

    /// <param name="address">IP address the agent connects from</param>
    /// <returns>when the session is over: true when all was said, false when it was given up</returns>
    public async Task<bool> RunAsync(DuplexStreams streams, string address, CancellationToken ct)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var follower = new SessionFollower(session, services, address);
        session.TrySend(follower.Settings);
        var receiving = EndOfAsync(ReceiveAsync(streams.Input, follower, life.Token), "the agent has closed it");
        var sending = EndOfAsync(SendAsync(streams.Output, life.Token), AllSaid);
        var following = EndOfAsync(follower.RunAsync(life.Token), "there is nothing more to say");

        // Following only queues its last word: sending ends after that.
        var why = await await Task.WhenAny(session.Closed, receiving, sending);
        services.Sessions.Remove(session, why);
        await life.CancelAsync();
        await Task.WhenAll(receiving, sending, following);
        LogEnded(logger, session.Node, why);
        return why == AllSaid;
    }

    private async Task ReceiveAsync(Stream input, SessionFollower follower, CancellationToken ct)
    {
        while (await FrameStream.ReadFrameAsync<AgentMessage>(input, FrameLimits.FromAgent, ct) is { } message)
        {
            services.Sessions.Touch(session.Node);
            switch (message)
            {
                case AgentHello hello:
                    follower.Describe(hello.Description);
                    break;
                case var _ when !follower.IsDescribed:
                    throw new InvalidDataException("the first message of a session is not a hello");
                case AgentDescription news:
                    follower.Describe(news.Description);
                    break;
                case AgentStatusReport report:
                    // May wait for the log; the agent is alive all the same.
                    await services.Intake.AddAsync(session, report, ct);
                    services.Sessions.Touch(session.Node);
                    break;
            }
        }
    }

    private async Task SendAsync(Stream output, CancellationToken ct)
    {
        await foreach (var message in session.Outbound.Reader.ReadAllAsync(ct))
        {
            using var timeout = new CancellationTokenSource(WriteTimeout, services.Outside.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
            try
            {
                await FrameStream.WriteFrameAsync(output, message, either.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                throw new TimeoutException($"the agent does not read: a message took {WriteTimeout.TotalSeconds:0} s");
            }
        }
    }

    /// <summary>The top of each of the session's loops: whatever goes wrong ends one session only.</summary>
    private async Task<string> EndOfAsync(Task loop, string regularly)
    {
        try
        {
            await loop;
            return regularly;
        }
        catch (OperationCanceledException)
        {
            return "the connection is closed";
        }
        catch (IOException e)
        {
            return Failed($"the connection is lost: {e.Message}");
        }
        catch (Exception e)
        {
            LogBroken(logger, e, session.Node, e.Message);
            return Failed(e.Message);
        }
    }

    private string Failed(string why)
    {
        session.Close(why);
        return why;
    }

    [LoggerMessage(LogLevel.Information, "The session of node {Node} has ended: {Why}")]
    private static partial void LogEnded(ILogger logger, NodeId node, string why);

    [LoggerMessage(LogLevel.Warning, "The session of node {Node} is closed: {Why}")]
    private static partial void LogBroken(ILogger logger, Exception e, NodeId node, string why);
}
