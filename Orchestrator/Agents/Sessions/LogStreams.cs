using Microsoft.Extensions.Logging;
using Orchestrator.Model;

namespace Orchestrator.Agents.Sessions;

/// <summary>The log streams of one session: each request gets one of its own, and all end with the session.</summary>
internal sealed partial class LogStreams(AgentContext agent, RunnerTable runners)
{
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
            if (_streams.Count >= agent.Options.MaxLogStreams)
            {
                LogTooMany(agent.Options.MaxLogStreams, request.RequestId);
                return;
            }
            var cancel = new CancellationTokenSource();
            _streams.Add(request.RequestId, new OpenStream(cancel, RunAsync(request, connection, cancel)));
        }
    }

    public void Cancel(string requestId)
    {
        lock (_lock)
            _streams.GetValueOrDefault(requestId)?.Cancel.Cancel();
    }

    public async Task CloseAsync()
    {
        Task[] work;
        lock (_lock)
        {
            _closed = true;
            foreach (var stream in _streams.Values)
                stream.Cancel.Cancel();
            work = [.. _streams.Values.Select(stream => stream.Work)];
        }
        await Task.WhenAll(work);
    }

    private async Task RunAsync(LogRequest request, ManagerConnection connection, CancellationTokenSource cancel)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await SendAsync(request, connection, cancel.Token);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            LogFailed(request.RequestId, e);
        }
        finally
        {
            lock (_lock)
                _streams.Remove(request.RequestId);
            cancel.Dispose();
        }
    }

    private async Task SendAsync(LogRequest request, ManagerConnection connection, CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var path = $"{ClusterPaths.Logs}/{Uri.EscapeDataString(request.RequestId)}";
        try
        {
            using var response = await connection.OpenAsync(path, WriteAsync, ct);
            // The body is sent while the manager has answered already: it ends when the manager ends the response.
            await response.Content.CopyToAsync(Stream.Null, ct);
        }
        finally
        {
            await ended.CancelAsync();
        }

        Task WriteAsync(Stream stream, CancellationToken _) => LogSender.SendAsync(
            stream, request,
            (task, lines) => new LogReader(agent, runners, lines).ReadAsync(task, request.Options, ended.Token),
            ended.Token);
    }

    private sealed record OpenStream(CancellationTokenSource Cancel, Task Work);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Limit} log streams are open: request {Request} is left without answer")]
    private partial void LogTooMany(int limit, string request);

    [LoggerMessage(Level = LogLevel.Debug, Message = "log stream {Request} ended early")]
    private partial void LogFailed(string request, Exception e);
}
