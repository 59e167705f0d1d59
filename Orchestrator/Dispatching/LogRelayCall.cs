using System.Net;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Dispatching;

/// <summary>One reading of logs at another manager, over a connection of its own.</summary>
/// <param name="leader"><c>ip:port</c></param>
internal sealed class LogRelayCall(string leader, ClusterConnector connector, TimeProvider time) : IDisposable
{
    /// <summary>For the connection and the headers of the answer; lines may come at any time after that.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client = connector.CreateStreamingClient(leader, Defaults.HeartbeatPeriod);
    private HttpResponseMessage? _response;
    private Stream? _lines;

    /// <summary>Why the log is not whole; empty when it is, or has not ended yet.</summary>
    public string Missing { get; private set; } = "";

    /// <summary>Asks for the logs. A failure is in <see cref="Missing"/>.</summary>
    public async Task OpenAsync(ILookup<NodeId, TaskId> tasks, LogOptions options, CancellationToken ct)
    {
        var request = new TaskLogsRequest
        {
            Nodes = [.. tasks.Select(node => new NodeTasks { NodeId = node.Key, Tasks = [.. node] })],
            Options = options,
        };
        using var limit = new CancellationTokenSource(AnswerTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            _lines = await PostAsync(MessagePackSerializer.Serialize(request), either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Missing = $"no log: the manager at {leader} has not answered in {AnswerTimeout.TotalSeconds:0} s";
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is HttpRequestException or IOException)
        {
            Missing = $"no log: {PeerException.In(e)?.Message ?? e.Message}";
        }
    }

    /// <returns>null at the end, and when the rest is <see cref="Missing"/></returns>
    public async Task<LogLine?> NextAsync(CancellationToken ct)
    {
        if (_lines is null)
            return null;
        try
        {
            var message = await FrameStream.ReadFrameAsync<LogMessage>(_lines, FrameLimits.Log, ct);
            if (message is null)
                Missing = $"the log from the manager at {leader} has broken off";
            return message as LogLine;
        }
        catch (Exception e) when (!ct.IsCancellationRequested
            && e is HttpRequestException or IOException or InvalidDataException)
        {
            Missing = $"the log from the manager at {leader} has broken off: {e.Message}";
            return null;
        }
    }

    public void Dispose()
    {
        _response?.Dispose();
        _client.Dispose();
    }

    private async Task<Stream> PostAsync(byte[] body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(ClusterPaths.ManagerLogs, UriKind.Relative))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        _response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        return _response.IsSuccessStatusCode
            ? await _response.Content.ReadAsStreamAsync(ct)
            : throw new IOException($"the manager at {leader} refuses: {await RefusalText.ReadAsync(_response, ct)}");
    }
}
