using System.Net;
using System.Net.Http.Headers;
using Orchestrator.Model;
using Orchestrator.Security;

namespace Orchestrator.Agents.Sessions;

/// <summary>One HTTP/2 connection to one manager, with the session and its log streams on it.</summary>
internal sealed class ManagerConnection : IDisposable
{
    private readonly HttpClient _client;

    /// <param name="address"><c>ip:port</c></param>
    /// <param name="ping">a manager that is silent this long is asked for a sign of life, and has as long to give
    /// it</param>
    /// <param name="connectLimit">for the connection and the handshake</param>
    public ManagerConnection(string address, ClusterConnector connector, TimeSpan ping, TimeSpan connectLimit) =>
        _client = connector.CreateStreamingClient(address, ping, connectLimit);

    /// <summary>Opens a stream both ways; the response is the caller's to dispose.</summary>
    /// <param name="write">writes the request's body while the response is read</param>
    /// <param name="end">ends the body; a refusal is left after that only, see <see cref="PushContent"/></param>
    /// <exception cref="SessionException">the manager refused</exception>
    public async Task<HttpResponseMessage> OpenAsync(
        string path, Func<Stream, CancellationToken, Task> write, Func<Task> end, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new PushContent(write),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(ClusterPaths.BodyType);
        var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            var refusal = await RefusalAsync(response, ct);
            await end();
            throw refusal;
        }
    }

    public void Dispose() => _client.Dispose();

    private static async Task<SessionException> RefusalAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var text = await RefusalText.ReadAsync(response, ct);
        return new SessionException(text, response.StatusCode == HttpStatusCode.Gone)
        {
            Leader = response.StatusCode == HttpStatusCode.ServiceUnavailable ? LeaderHint.In(response) : null,
        };
    }
}

/// <summary>A session cannot go on, for the stated reason.</summary>
/// <param name="isRemoved">this node is not of the cluster any more</param>
internal sealed class SessionException(string message, bool isRemoved = false) : Exception(message)
{
    public bool IsRemoved { get; } = isRemoved;

    /// <summary>
    /// Not null when the manager is there and does not lead: <c>ip:port</c> of who does, empty when it does not know.
    /// </summary>
    public string? Leader { get; init; }
}
