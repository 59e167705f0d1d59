using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Agents;

/// <summary>The managers' side of the agent protocol on a real socket; the test says what it answers.</summary>
internal sealed class ScriptedManager : IAsyncDisposable
{
    private readonly Channel<ManagerSide> _sessions = Channel.CreateBounded<ManagerSide>(100);
    private readonly WebApplication _app;
    private int _refused;

    private ScriptedManager(WebApplication app) => _app = app;

    public string Address { get; private set; } = "";

    public SessionSettings Settings { get; set; } = new();

    public ConcurrentDictionary<string, ConcurrentQueue<LogLine>> Logs { get; } = new();

    /// <summary>Log calls that have ended, one way or the other.</summary>
    public ConcurrentDictionary<string, string> LogEnds { get; } = new();

    /// <summary>Answers the other paths: join, renew, leave, CA.</summary>
    public Func<HttpContext, Task> Other { get; set; } = context =>
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    };

    /// <summary>When not null, sessions are refused with this status.</summary>
    public int? Refusal { get; set; }

    /// <summary>Said with a refusal; null = nothing.</summary>
    public string? Leader { get; set; }

    /// <summary>Sessions that were refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public static async Task<ScriptedManager> StartAsync(NodeIdentity identity, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(1));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(
                    TlsPolicy.ForServer(identity, TimeProvider.System, _ => { })),
            });
        }));
        var manager = new ScriptedManager(builder.Build());
        manager._app.Run(manager.ServeAsync);
        await manager._app.StartAsync();
        var addresses = manager._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        manager.Address = new Uri(addresses.Addresses.Single()).Authority;
        return manager;
    }

    /// <summary>The next session an agent opens, greeted already.</summary>
    public async Task<ManagerSide> SessionAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _sessions.Reader.ReadAsync(limit.Token);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        context.Features.Get<IHttpMinRequestBodyDataRateFeature>()!.MinDataRate = null;
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        if (context.Request.Path == ClusterPaths.Session)
            await ServeSessionAsync(context);
        else if (context.Request.Path.StartsWithSegments(ClusterPaths.Logs, out var id))
            await ServeLogsAsync(context, id.Value!.TrimStart('/'));
        else
            await Other(context);
    }

    private async Task ServeSessionAsync(HttpContext context)
    {
        if (Refusal is { } status)
        {
            Interlocked.Increment(ref _refused);
            context.Response.StatusCode = status;
            if (Leader is not null)
                context.Response.Headers[ClusterPaths.LeaderHeader] = Leader;
            await context.Response.WriteAsync("not now");
            return;
        }
        var session = new ManagerSide(context) { Greeting = Settings };
        await session.SendAsync(session.Greeting);
        await _sessions.Writer.WriteAsync(session);
        await session.ListenAsync();
    }

    private async Task ServeLogsAsync(HttpContext context, string id)
    {
        var lines = Logs.GetOrAdd(id, _ => new());
        try
        {
            await context.Response.Body.FlushAsync();
            var (body, aborted) = (context.Request.Body, context.RequestAborted);
            LogMessage? message;
            while ((message = await FrameStream.ReadFrameAsync<LogMessage>(body, 1 << 20, aborted)) is LogLine line)
                lines.Enqueue(line);
            LogEnds[id] = message is LogEnd ? "complete" : "broken off";
        }
        catch (Exception e)
        {
            LogEnds[id] = e.GetType().Name;
        }
    }
}

/// <summary>One session as its manager sees it.</summary>
internal sealed class ManagerSide(HttpContext context)
{
    private readonly Channel<AgentMessage> _heard = Channel.CreateBounded<AgentMessage>(10_000);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _close = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PeerIdentity? Peer { get; } = PeerIdentity.Of(context.Connection.ClientCertificate);

    /// <summary>What it said first.</summary>
    public required SessionSettings Greeting { get; init; }

    /// <summary>The agent has ended it.</summary>
    public Task Ended => _ended.Task;

    public async Task SendAsync(ManagerMessage message) =>
        await FrameStream.WriteFrameAsync(context.Response.Body, message, CancellationToken.None);

    /// <summary>The next message of that kind; others are passed over.</summary>
    public async Task<T> HearAsync<T>(Func<T, bool>? wanted = null) where T : AgentMessage
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            if (await _heard.Reader.ReadAsync(limit.Token) is T message && wanted?.Invoke(message) != false)
                return message;
        }
    }

    /// <summary>Reads reports, and acknowledges them, until one says this of the task.</summary>
    public async Task<TaskStatus> HearAsync(TaskId task, TaskState state)
    {
        while (true)
        {
            var report = await HearAsync<AgentStatusReport>();
            await SendAsync(new StatusReceipt { Number = report.Number });
            var status = report.Updates.FirstOrDefault(update => update.TaskId == task)?.Status;
            if (status?.State == state)
                return status;
        }
    }

    /// <summary>The manager dies: the connection is cut.</summary>
    public void Abort() => context.Abort();

    /// <summary>The manager ends the session in good order.</summary>
    public void Close() => _close.TrySetResult();

    public async Task ListenAsync()
    {
        try
        {
            await Task.WhenAny(_close.Task, ReadAsync());
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await FrameStream.ReadFrameAsync<AgentMessage>(
                context.Request.Body, 1 << 24, context.RequestAborted) is { } message)
                await _heard.Writer.WriteAsync(message);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The agent is gone; the test waits for Ended.
        }
    }
}
