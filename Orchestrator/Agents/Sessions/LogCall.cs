using System.Threading.Channels;
using Orchestrator.Model;
using Orchestrator.Security;

namespace Orchestrator.Agents.Sessions;

/// <summary>One HTTP call that carries the lines of one log request.</summary>
/// <param name="reader">null when too many are open already</param>
internal sealed class LogCall(LogRequest request, ManagerConnection connection, LogReader? reader)
{
    public string RequestId => request.RequestId;

    /// <summary>Until the logs end or the manager ends the call.</summary>
    public async Task RunAsync(DateTimeOffset now, CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var reading = new CancellationTokenSource();
        var path = $"{ClusterPaths.Logs}/{Uri.EscapeDataString(request.RequestId)}";
        var writing = Task.CompletedTask;
        try
        {
            using var response = await connection.OpenAsync(
                path,
                (stream, unread) => writing = PushContent.EndFirstAsync(
                    until => WriteAsync(stream, until), reading, unread, ended.Token),
                EndAsync,
                ct);
            // The manager may answer long before it has read everything: it is done when its response ends.
            await using var body = await response.Content.ReadAsStreamAsync(reading.Token);
            await body.CopyToAsync(Stream.Null, reading.Token);
        }
        finally
        {
            await EndAsync();
        }

        async Task EndAsync()
        {
            await ended.CancelAsync();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Task WriteAsync(Stream stream, CancellationToken until) => LogSender.SendAsync(
            stream, request, (task, lines) => ReadAsync(task, lines, now, until), until);
    }

    private async Task ReadAsync(TaskId task, ChannelWriter<LogLine> lines, DateTimeOffset now, CancellationToken ct)
    {
        if (reader is not null)
            await reader.ReadAsync(task, request.Options, lines, ct);
        else
            await lines.WriteAsync(LogReader.Explanation(task, "this node sends too many logs already", now), ct);
    }
}
