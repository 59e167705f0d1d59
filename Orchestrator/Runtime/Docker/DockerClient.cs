using System.Net.Http.Headers;

namespace Orchestrator.Runtime.Docker;

/// <summary>
/// HTTP to one engine over its unix socket. Every call has a deadline; whatever goes wrong below HTTP is a
/// <see cref="RuntimeException"/> of kind <see cref="RuntimeFailure.Unavailable"/>.
/// </summary>
public sealed class DockerClient : IDisposable
{
    /// <summary>Engine 20.10: the oldest that is tested.</summary>
    public static readonly Version OldestApi = new(1, 41);

    /// <summary>The newest version this code was written against.</summary>
    public static readonly Version NewestApi = new(1, 50);

    private const string VersionHeader = "Api-Version";

    /// <summary>A list of some ten thousand containers; nothing an engine should say is longer.</summary>
    private const long MaxAnswerBytes = 64 << 20;

    private readonly DockerEndpoint _endpoint;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    /// <summary>
    /// null until an engine has said what it speaks; forgotten when it goes away, for it may come back as another.
    /// </summary>
    private volatile Version? _version;

    public DockerClient(DockerEndpoint endpoint, TimeProvider time)
    {
        _endpoint = endpoint;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, ct) => endpoint.ConnectAsync(ct),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
            MaxResponseDrainSize = 0, // an abandoned stream has no end: close its socket at once
        };
        _http = new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan, // each call brings its own
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
    }

    public string Endpoint => _endpoint.ToString();

    /// <summary>How long a quick call may take: anything that only reads the engine's memory.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The API version both sides speak.</summary>
    /// <exception cref="RuntimeException">Unavailable: no engine answers, or it is too old</exception>
    public async ValueTask<Version> NegotiateAsync(CancellationToken ct)
    {
        if (_version is { } known)
            return known;
        var call = EngineCall.Get("/_ping");
        var said = await GuardAsync(call, token => PingAsync(call, token), ct);
        if (!Version.TryParse(said, out var engine))
            throw Unusable($"what answers at {Endpoint} is not a Docker engine: it names no API version");
        if (engine < OldestApi)
            throw Unusable($"the Docker engine at {Endpoint} is too old: it speaks API {engine}, " +
                $"and {OldestApi} (Engine 20.10) or newer is needed");
        return _version = engine < NewestApi ? engine : NewestApi;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends and reads the whole answer; a refusal by the engine is a value.</summary>
    internal async Task<EngineReply> SendAsync(EngineCall call, CancellationToken ct)
    {
        var version = await NegotiateAsync(ct);
        return await GuardAsync(call, token => ExchangeAsync(version, call, token), ct);
    }

    /// <summary>
    /// Sends and returns as soon as the answer begins. The deadline ends there; reading on is the caller's.
    /// </summary>
    /// <exception cref="RuntimeException">also when the engine refused</exception>
    internal async Task<EngineStream> OpenAsync(EngineCall call, CancellationToken ct)
    {
        var version = await NegotiateAsync(ct);
        return await GuardAsync(call, token => OpenAsync(version, call, token), ct);
    }

    /// <summary>Maps a failure while reading on in a stream.</summary>
    internal RuntimeException Lost(Exception e) => EngineFailures.Unreachable(Endpoint, e);

    private async Task<string?> PingAsync(EngineCall call, CancellationToken ct)
    {
        using var request = Request("", call);
        using var response = await _http.SendAsync(request, ct);
        return response.Headers.TryGetValues(VersionHeader, out var values) ? values.FirstOrDefault() : null;
    }

    private async Task<EngineReply> ExchangeAsync(Version version, EngineCall call, CancellationToken ct)
    {
        using var request = Request($"/v{version}", call);
        using var response = await _http.SendAsync(request, ct);
        return new EngineReply(response.StatusCode, await response.Content.ReadAsByteArrayAsync(ct));
    }

    private async Task<EngineStream> OpenAsync(Version version, EngineCall call, CancellationToken ct)
    {
        using var request = Request($"/v{version}", call);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        try
        {
            if ((int)response.StatusCode >= 400)
                new EngineReply(response.StatusCode, await response.Content.ReadAsByteArrayAsync(ct)).OrThrow();
            return new EngineStream(response, await response.Content.ReadAsStreamAsync(ct));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static HttpRequestMessage Request(string prefix, EngineCall call)
    {
        var request = new HttpRequestMessage(call.Method, "http://docker" + prefix + call.Path);
        if (call.Body is { } body)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        if (call.RegistryAuth.Length > 0)
            request.Headers.TryAddWithoutValidation("X-Registry-Auth", call.RegistryAuth);
        return request;
    }

    private async Task<T> GuardAsync<T>(EngineCall call, Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        var limit = AnswerTimeout + call.Patience;
        using var deadline = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            return await work(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw EngineFailures.Silent(Endpoint, call, limit);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            ct.ThrowIfCancellationRequested();
            _version = null;
            throw EngineFailures.Unreachable(Endpoint, e);
        }
    }

    private static RuntimeException Unusable(string message) => new(RuntimeFailure.Unavailable, message);
}
