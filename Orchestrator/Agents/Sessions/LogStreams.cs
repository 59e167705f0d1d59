using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Agents.Sessions;

/// <summary>The log streams of one session: each request gets one of its own, and all end with the session.</summary>
internal sealed partial class LogStreams(AgentContext agent, RunnerTable runners)
{
    /// <summary>
    /// Requests above the limit are told so; those above this many times the limit are not even told.
    /// </summary>
    private const int Overload = 2;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, OpenStream> _streams = new(StringComparer.Ordinal);
    private readonly ILogger _log = agent.Loggers.CreateLogger<LogStreams>();
    private bool _closed;

    public void Open(LogRequest request, ManagerConnection connection)
    {
        lock (_lock)
        {
            if (_closed || _streams.ContainsKey(request.RequestId))
                return;
            if (_streams.Count >= agent.Options.MaxLogStreams * Overload)
            {
                LogTooMany(_streams.Count, request.RequestId);
                return;
            }
            var reader = _streams.Count < agent.Options.MaxLogStreams ? new LogReader(agent, runners) : null;
            var cancel = new CancellationTokenSource();
            var call = new LogCall(request, connection, reader);
            _streams.Add(request.RequestId, new OpenStream(cancel, RunAsync(call, cancel)));
        }
    }

    public void Cancel(string requestId)
    {
        lock (_lock)
            _streams.GetValueOrDefault(requestId)?.Cancel.CancelSoon();
    }

    public async Task CloseAsync()
    {
        Task[] work;
        lock (_lock)
        {
            _closed = true;
            foreach (var stream in _streams.Values)
                stream.Cancel.CancelSoon();
            work = [.. _streams.Values.Select(stream => stream.Work)];
        }
        await Task.WhenAll(work);
    }

    private async Task RunAsync(LogCall call, CancellationTokenSource cancel)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await call.RunAsync(agent.Now, cancel.Token);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            LogFailed(call.RequestId, e);
        }
        finally
        {
            lock (_lock)
                _streams.Remove(call.RequestId);
            cancel.Dispose();
        }
    }

    private sealed record OpenStream(CancellationTokenSource Cancel, Task Work);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{Limit} log streams are open: request {Request} is left without answer")]
    private partial void LogTooMany(int limit, string request);

    [LoggerMessage(Level = LogLevel.Debug, Message = "log stream {Request} ended early")]
    private partial void LogFailed(string request, Exception e);
}
