using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orchestrator.Runtime.Docker;

namespace Orchestrator.Tests.Runtime.Docker;

/// <summary>An engine that says what a test tells it to, on a unix socket of its own.</summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private readonly string _directory = System.IO.Directory.CreateTempSubdirectory("swarmnet-engine-").FullName;
    private readonly WebApplication _app;

    private FakeEngine(RequestDelegate script, string? apiVersion)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket));
        _app = builder.Build();
        _app.Run(async context =>
        {
            Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            if (apiVersion is not null)
                context.Response.Headers["Api-Version"] = apiVersion;
            if (context.Request.Path != "/_ping")
                await script(context);
        });
    }

    public ConcurrentQueue<string> Requests { get; } = new();

    public string Socket => Path.Combine(_directory, "docker.sock");

    public string Endpoint => "unix://" + Socket;

    public static async Task<FakeEngine> StartAsync(RequestDelegate script, string? apiVersion = "1.41")
    {
        var engine = new FakeEngine(script, apiVersion);
        await engine._app.StartAsync();
        return engine;
    }

    public DockerClient Client(double answerSeconds = 10) =>
        new(DockerEndpoint.Parse(Endpoint), TimeProvider.System)
        {
            AnswerTimeout = TimeSpan.FromSeconds(answerSeconds),
        };

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
        System.IO.Directory.Delete(_directory, recursive: true);
    }
}

internal static class FakeAnswers
{
    public static Task Json(this HttpContext context, string json, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }

    public static Task Refuse(this HttpContext context, int status, string message) =>
        context.Json($$"""{"message":"{{message.Replace("\"", "\\\"", StringComparison.Ordinal)}}"}""", status);

    /// <summary>Never answers, or never goes on.</summary>
    public static async Task Hang(this HttpContext context) =>
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Sends the bytes in packets of the given size.</summary>
    public static async Task Packets(this HttpContext context, ReadOnlyMemory<byte> bytes, int size)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(size, bytes.Length)..])
        {
            await context.Response.Body.WriteAsync(bytes[..Math.Min(size, bytes.Length)]);
            await context.Response.Body.FlushAsync();
        }
    }
}
