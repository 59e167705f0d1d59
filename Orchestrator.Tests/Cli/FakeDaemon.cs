using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Tests.Cli;

/// <summary>A request as the daemon saw it.</summary>
internal sealed record SeenRequest(string Method, string Path, string Query, string Body);

/// <summary>Answers over a real unix socket with what the test scripts; the last answer of a route repeats.</summary>
internal sealed class FakeDaemon : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("swarmnet-cli-").FullName;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<(int Status, byte[] Body)>> routes = new();
    private readonly WebApplication application;

    private FakeDaemon()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(SocketPath));
        application = builder.Build();
        application.Run(AnswerAsync);
    }

    public string SocketPath => Path.Combine(directory, "d.sock");

    public string Address => "unix://" + SocketPath;

    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    public Action<SeenRequest>? OnRequest { get; set; }

    public static async Task<FakeDaemon> StartAsync()
    {
        var daemon = new FakeDaemon();
        await daemon.application.StartAsync();
        return daemon;
    }

    /// <param name="route"><c>GET /nodes</c></param>
    public FakeDaemon On(string route, string body, int status = 200) => On(route, Encoding.UTF8.GetBytes(body), status);

    public FakeDaemon On(string route, byte[] body, int status = 200)
    {
        routes.GetOrAdd(route, _ => new()).Enqueue((status, body));
        return this;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var seen = new SeenRequest(
            context.Request.Method, context.Request.Path, context.Request.QueryString.ToString(), await reader.ReadToEndAsync());
        Seen.Enqueue(seen);
        OnRequest?.Invoke(seen);
        var answer = (Status: 404, Body: "{\"message\":\"page not found\"}"u8.ToArray());
        if (routes.TryGetValue($"{seen.Method} {seen.Path}", out var queue))
            answer = queue.Count > 1 && queue.TryDequeue(out var next) ? next : queue.First();
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(answer.Body);
    }

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
