using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Tests.Integration;

/// <summary>An answer of the API as it came.</summary>
internal sealed record ApiAnswer(int Status, string ContentType, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body) ?? throw new AssertionException($"no JSON: {this}");

    public string Message => (string?)Json["message"] ?? throw new AssertionException($"no message: {this}");

    public JsonNode Succeeded()
    {
        Assert.That(Status, Is.InRange(200, 299), Body);
        return Body.Length > 0 ? Json : new JsonObject();
    }
}

/// <summary>Plain HTTP on a unix socket: no client of the product's between the test and the API.</summary>
internal sealed class ApiSocket(string path) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, ct) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
        Timeout = TimeSpan.FromSeconds(100),
    };

    public Task<ApiAnswer> GetAsync(string url) => SendAsync(HttpMethod.Get, url, null);

    public Task<ApiAnswer> DeleteAsync(string url) => SendAsync(HttpMethod.Delete, url, null);

    public Task<ApiAnswer> PostAsync(string url, JsonNode? body) => SendAsync(HttpMethod.Post, url, body?.ToJsonString());

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string url, string? body, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(method, url);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _client.SendAsync(request, ct);
        var type = response.Content.Headers.TryGetValues("Content-Type", out var values) ? values.Single() : "";
        return new ApiAnswer((int)response.StatusCode, type, await response.Content.ReadAsStringAsync(ct));
    }

    /// <summary>The parsed answer of a request that must succeed.</summary>
    public async Task<JsonNode> ReadAsync(string url) => (await GetAsync(url)).Succeeded();

    public async Task<string> CreateAsync(JsonNode service) =>
        (string)(await PostAsync("/services/create", service)).Succeeded()["ID"]!;

    public void Dispose() => _client.Dispose();
}
