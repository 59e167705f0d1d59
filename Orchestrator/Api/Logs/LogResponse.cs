using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Orchestrator.Api.Http;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Logs;

/// <summary>Sends lines as they come: header at once, then each line without waiting for the next.</summary>
internal sealed class LogResponse(HttpContext http, StateStore store, LogShape shape, bool follow)
{
    private const string FramedType = "application/vnd.docker.multiplexed-stream";
    private const string RawType = "application/vnd.docker.raw-stream";
    private const int MaxProblems = 10;

    private readonly List<string> problems = [];

    public async Task SendAsync(IAsyncEnumerable<LogLine> lines, CancellationToken ct)
    {
        await StartAsync(ct);
        using var buffer = new PooledBuffer();
        await foreach (var line in lines.WithCancellation(ct))
        {
            Write(buffer, line);
            await FlushAsync(buffer, ct);
        }
        if (problems.Count > 0 && shape.Framed)
            LogFrame.WriteError(buffer, $"incomplete log: {string.Join("; ", problems)}");
        await FlushAsync(buffer, ct);
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
        else if (problems.Count < MaxProblems)
            problems.Add($"task {line.TaskId}: {System.Text.Encoding.UTF8.GetString(line.Text.Span).TrimEnd('\n')}");
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
