using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Orchestrator.Api.Http;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Logs;

/// <summary>
/// Sends lines as they come: the header at once, then what there is before it waits for more. Lines that are there
/// already leave together.
/// </summary>
internal sealed class LogResponse(HttpContext http, StateStore store, LogShape shape, bool follow)
{
    private const string FramedType = "application/vnd.docker.multiplexed-stream";
    private const string RawType = "application/vnd.docker.raw-stream";
    private const int MaxProblems = 10;
    private const int BatchBytes = 64 * 1024;

    private readonly List<string> _problems = [];

    public async Task SendAsync(IAsyncEnumerable<LogLine> lines, CancellationToken ct)
    {
        await StartAsync(ct);
        using var buffer = new PooledBuffer();
        await using var source = lines.GetAsyncEnumerator(ct);
        while (await NextAsync(source, buffer, ct))
            Write(buffer, source.Current);
        if (_problems.Count > 0 && shape.Framed)
            LogFrame.WriteError(buffer, $"incomplete log: {string.Join("; ", _problems)}");
        await FlushAsync(buffer, ct);
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<LogLine> source, PooledBuffer buffer, CancellationToken ct)
    {
        var next = source.MoveNextAsync().AsTask();
        if (next.IsCompleted && buffer.Written.Length < BatchBytes)
            return await next;
        try
        {
            await FlushAsync(buffer, ct);
        }
        finally
        {
            // An enumerator that still moves must not be disposed.
            if (ct.IsCancellationRequested)
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return await next;
    }

    private async Task StartAsync(CancellationToken ct)
    {
        var typed = (http.Features.Get<RequestVersion>()?.Minor ?? ApiVersions.Newest) >= ApiVersions.TypedLogs;
        http.Response.ContentType = shape.Framed && typed ? FramedType : RawType;
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null; // a quiet log is no slow client
        await http.Response.StartAsync(ct);
        await http.Response.BodyWriter.FlushAsync(ct);
    }

    /// <summary>
    /// An error frame ends the client, so problems wait for the end; who follows has no end and sees them as lines.
    /// </summary>
    private void Write(PooledBuffer buffer, LogLine line)
    {
        if (line.Stream != LogStream.System)
            LogFrame.Write(buffer, line, TaskOf(line), shape);
        else if (follow)
            LogFrame.Write(buffer, line with { Stream = LogStream.Stderr }, TaskOf(line), shape);
        else if (_problems.Count < MaxProblems)
            _problems.Add($"task {line.TaskId}: {System.Text.Encoding.UTF8.GetString(line.Text.Span).TrimEnd('\n')}");
    }

    private ServiceTask? TaskOf(LogLine line) => store.Current.Task(line.TaskId);

    private async Task FlushAsync(PooledBuffer buffer, CancellationToken ct)
    {
        if (buffer.Written.IsEmpty)
            return;
        await http.Response.BodyWriter.WriteAsync(buffer.Written, ct);
        buffer.Clear();
    }
}
