using System.Net;
using System.Net.Http.Headers;
using Orchestrator.Model;
using Orchestrator.Security;

namespace Orchestrator.Agents.Sessions;

/// <summary>One HTTP/2 connection to one manager, with the session and its log streams on it.</summary>
internal sealed class ManagerConnection : IDisposable
{
    private const int MaxRefusalBytes = 4096;

    private readonly HttpClient _client;

    /// <param name="address"><c>ip:port</c></param>
    /// <param name="ping">a manager that is silent this long is asked for a sign of life, and has as long to give
    /// it</param>
    public ManagerConnection(string address, ClusterConnector connector, TimeSpan ping) =>
        _client = connector.CreateStreamingClient(address, ping);

    /// <summary>Opens a stream both ways; the response is the caller's to dispose.</summary>
    /// <param name="write">writes the request's body while the response is read</param>
    /// <exception cref="SessionException">the manager refused</exception>
    public async Task<HttpResponseMessage> OpenAsync(
        string path, Func<Stream, CancellationToken, Task> write, CancellationToken ct)
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
            throw new SessionException(await RefusalAsync(response, ct), response.StatusCode == HttpStatusCode.Gone);
    }

    public void Dispose() => _client.Dispose();

    private static async Task<string> RefusalAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        var bytes = new byte[MaxRefusalBytes];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
        var text = System.Text.Encoding.UTF8.GetString(bytes, 0, length).Trim();
        return text.Length > 0 ? text : $"status {(int)response.StatusCode}";
    }
}

/// <summary>A session cannot go on, for the stated reason.</summary>
/// <param name="isRemoved">this node is not of the cluster any more</param>
internal sealed class SessionException(string message, bool isRemoved = false) : Exception(message)
{
    public bool IsRemoved { get; } = isRemoved;
}
