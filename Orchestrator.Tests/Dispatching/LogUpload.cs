using System.Text;
using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Dispatching;

/// <summary>The stream by which an agent sends logs.</summary>
internal sealed class LogUpload
{
    private readonly StreamedContent content;

    /// <summary>The manager's answer, at the end.</summary>
    public required Task<HttpResponseMessage> Answer { get; init; }

    public static async Task<LogUpload> OpenAsync(HttpClient client, string requestId, CancellationToken ct)
    {
        var content = new StreamedContent();
        var request = new HttpRequestMessage(HttpMethod.Post, $"{ClusterPaths.Logs}/{requestId}")
        {
            Content = content, Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy,
        };
        var upload = new LogUpload(content) { Answer = client.SendAsync(request, ct) };
        await content.OutputAsync(ct);
        return upload;
    }

    private LogUpload(StreamedContent content) => this.content = content;

    public async Task SendAsync(TaskId task, string text, CancellationToken ct)
    {
        var line = new LogLine { TaskId = task, Stream = LogStream.Stdout, Text = Encoding.UTF8.GetBytes(text) };
        await FrameStream.WriteFrameAsync<LogMessage>(await content.OutputAsync(ct), line, ct);
    }

    /// <summary>The agent has sent everything.</summary>
    public async Task CompleteAsync(CancellationToken ct)
    {
        await FrameStream.WriteFrameAsync<LogMessage>(await content.OutputAsync(ct), new LogEnd(), ct);
        content.Complete();
    }

    /// <summary>The stream ends between two lines, in good order.</summary>
    public void BreakOff() => content.Complete();
}
