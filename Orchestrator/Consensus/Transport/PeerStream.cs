using System.Net;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Consensus.Transport;

/// <summary>One stream to another member, from its hello to its end.</summary>
internal sealed class PeerStream : IDisposable
{
    private readonly PeerOptions _options;
    private readonly HttpClient _client;

    /// <param name="address"><c>ip:port</c></param>
    public PeerStream(string address, ClusterConnector connector, PeerOptions options)
    {
        _options = options;
        _client = connector.CreateStreamingClient(address, options.Ping);
    }

    /// <summary>Sends what comes into the queue; returns when the other side ends the stream.</summary>
    /// <param name="end">is told when the body has ended</param>
    /// <param name="opened">called when the other side has taken the stream</param>
    /// <exception cref="PeerRefusedException">the other side did not take it</exception>
    /// <exception cref="HttpRequestException">no connection, or it broke</exception>
    /// <exception cref="IOException">it broke</exception>
    public async Task RunAsync(PeerHello hello, PeerQueue queue, CallEnd end, Action opened, CancellationToken ct)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var reading = new CancellationTokenSource();
        var writing = Task.CompletedTask;
        var content = new PushContent((body, unread) => writing = end.AfterAsync(PushContent.EndFirstAsync(
            ended => WriteAsync(body, hello, queue, ended), reading, unread, life.Token)));
        try
        {
            using var response = await OpenAsync(content, EndAsync, life.Token);
            opened();
            await using var answer = await response.Content.ReadAsStreamAsync(reading.Token);
            await answer.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, reading.Token);
        }
        catch (OperationCanceledException) when (reading.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            await writing; // why it ended is its error
            throw;
        }
        finally
        {
            await EndAsync();
        }

        async Task EndAsync()
        {
            await life.CancelAsync();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> OpenAsync(PushContent content, Func<Task> end, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_options.OpenTimeout);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(PeerHello.Path, UriKind.Relative))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        try
        {
            var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
            {
                var refusal = new PeerRefusedException(
                    (int)response.StatusCode, await RefusalText.ReadAsync(response, limit.Token));
                await end();
                throw refusal;
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new IOException($"it did not answer within {_options.OpenTimeout.TotalSeconds:0.#} s");
        }
    }

    private async Task WriteAsync(Stream body, PeerHello hello, PeerQueue queue, CancellationToken ct)
    {
        await FrameStream.WriteFrameAsync(body, hello, ct);
        var batch = new FrameBatch();
        while (true)
        {
            batch.Add(PeerCodec.ToFrame(await queue.TakeAsync(ct)));
            while (batch.Length < _options.WriteBytes && queue.TryTake(out var more))
                batch.Add(PeerCodec.ToFrame(more));
            await body.WriteAsync(batch.Written, ct);
            await body.FlushAsync(ct);
            batch.Clear(keptBytes: 4 * _options.WriteBytes); // a large message must not hold its room for ever
        }
    }
}

/// <summary>A member does not take messages from another one.</summary>
/// <param name="status">HTTP status</param>
internal sealed class PeerRefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
