using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Api.Contracts;

namespace Orchestrator.Cli.Client;

/// <summary>Requests to one daemon. Every failure is a <see cref="CliException"/>.</summary>
public sealed class ApiClient(ApiAddress address, TimeProvider clock) : IDisposable
{
    private const int MaxBody = 256 * 1024 * 1024;

    private readonly Lazy<HttpMessageInvoker> _http = new(() => ApiConnection.Open(address));

    private HttpMessageInvoker Http => _http.Value;

    /// <summary>For one request, its answer included; a join may use it up.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    public ApiAddress Address => address;

    public async Task<T> GetAsync<T>(
        string path, Func<WireJson, JsonTypeInfo<T>> contract, CancellationToken ct)
    {
        // A short command spends most of its time loading the HTTP client and the contract's metadata: side by side.
        var answer = SendAsync(new HttpRequestMessage(HttpMethod.Get, Url(path)), ct);
        var type = contract(WireJson.Default);
        return Read(await answer, type);
    }

    /// <summary>The answer as it is, unknown members included.</summary>
    public async Task<JsonNode> GetJsonAsync(string path, CancellationToken ct)
    {
        var body = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Url(path)), ct);
        try
        {
            return JsonNode.Parse(body.Span) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw NotUnderstood(e);
        }
    }

    public async Task PostAsync(string path, ApiBody? body, CancellationToken ct) =>
        await SendPostAsync(path, body, ct);

    public async Task<T> PostAsync<T>(string path, ApiBody? body, JsonTypeInfo<T> type, CancellationToken ct) =>
        Read(await SendPostAsync(path, body, ct), type);

    public async Task DeleteAsync(string path, CancellationToken ct) =>
        await SendAsync(new HttpRequestMessage(HttpMethod.Delete, Url(path)), ct);

    /// <summary>An answer without an end: only its head is subject to the timeout.</summary>
    public async Task<Stream> StreamAsync(string path, CancellationToken ct)
    {
        using var timeout = new Deadline(Timeout, clock, ct);
        var response = await GuardAsync(
            token => Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, Url(path)), token), timeout.Token, ct);
        if (response.IsSuccessStatusCode)
            return await response.Content.ReadAsStreamAsync(ct);
        throw await GuardAsync(token => OnThreadAsync(() => Refusal(response, token), token), timeout.Token, ct);
    }

    /// <summary>The answer's bytes go to the target as they come.</summary>
    public async Task DownloadAsync(string path, ApiBody body, Stream target, CancellationToken ct)
    {
        using var timeout = new Deadline(Timeout, clock, ct);
        await GuardAsync(
            async token =>
            {
                using var response = await Http.SendAsync(Post(path, body), token);
                if (!response.IsSuccessStatusCode)
                    throw await OnThreadAsync(() => Refusal(response, token), token);
                await response.Content.CopyToAsync(target, token);
                return true;
            },
            timeout.Token,
            ct);
    }

    public async Task<T> UploadAsync<T>(string path, HttpContent body, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Url(path)) { Content = body };
        return Read(await SendAsync(request, ct), type);
    }

    private Uri Url(string path) => new($"http://{address.Authority}{path}");

    private Task<ReadOnlyMemory<byte>> SendPostAsync(string path, ApiBody? body, CancellationToken ct) =>
        SendAsync(Post(path, body), ct);

    private HttpRequestMessage Post(string path, ApiBody? body)
    {
        var request =
            new HttpRequestMessage(HttpMethod.Post, Url(path)) { Content = new ByteArrayContent(body?.Json ?? []) };
        if (body is not null)
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (body?.RegistryAuth is { } auth)
            request.Headers.Add("X-Registry-Auth", auth);
        return request;
    }

    /// <summary>
    /// On a thread that may wait: the HTTP client's synchronous way loads less, and loading is most of a short command.
    /// </summary>
    private async Task<ReadOnlyMemory<byte>> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using var timeout = new Deadline(Timeout, clock, ct);
        return await GuardAsync(token => OnThreadAsync(() => Send(request, token), token), timeout.Token, ct);
    }

    /// <summary>A body that does not come holds its thread, and the command does not wait for it.</summary>
    private static Task<T> OnThreadAsync<T>(Func<T> work, CancellationToken ct) => Task.Run(work, ct).WaitAsync(ct);

    private ReadOnlyMemory<byte> Send(HttpRequestMessage request, CancellationToken ct)
    {
        using var response = Http.Send(request, ct);
        return response.IsSuccessStatusCode ? ReadBody(response, ct) : throw Refusal(response, ct);
    }

    private CliException Refusal(HttpResponseMessage response, CancellationToken ct) =>
        ApiErrors.From(response.StatusCode, ReadBody(response, ct).Span, $"at {address}");

    private async Task<T> GuardAsync<T>(
        Func<CancellationToken, Task<T>> work, CancellationToken deadline, CancellationToken caller)
    {
        try
        {
            return await work(deadline);
        }
        catch (Exception e) when (Explain(e, caller) is { } plain)
        {
            throw plain;
        }
    }

    /// <returns>null: none of the client's</returns>
    private CliException? Explain(Exception error, CancellationToken caller) => error switch
    {
        OperationCanceledException { InnerException: TimeoutException } => ApiConnection.NotAccepting(address),
        OperationCanceledException when !caller.IsCancellationRequested => ApiConnection.Explain(
            address, new TimeoutException($"the daemon did not answer within {Timeout.TotalSeconds:0} seconds")),
        HttpRequestException or IOException => ApiConnection.Explain(address, error),
        _ => null,
    };

    private static ReadOnlyMemory<byte> ReadBody(HttpResponseMessage response, CancellationToken ct)
    {
        using var stream = response.Content.ReadAsStream(ct);
        var buffer = new byte[16 * 1024];
        var length = 0;
        while (stream.Read(buffer.AsSpan(length)) is var count and > 0)
        {
            length += count;
            if (length > MaxBody)
                throw new CliException(ExitCode.Failed, $"the answer is larger than {MaxBody >> 20} MiB", null,
                    "Narrow it with --filter.");
            if (length == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
        }
        return buffer.AsMemory(0, length);
    }

    private T Read<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body.Span, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw NotUnderstood(e);
        }
    }

    private CliException NotUnderstood(JsonException error) => new(
        ExitCode.Failed,
        "the daemon's answer makes no sense",
        $"at {address}: {error.Message}",
        "Is it a swarmnet daemon of about this version? Compare: swarmnet version");

    public void Dispose()
    {
        if (_http.IsValueCreated)
            Http.Dispose();
    }
}
