using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Serialization;
using Orchestrator.Store;

namespace Orchestrator.Dispatching;

/// <summary>What the cluster's TLS port serves to nodes: <see cref="ClusterPaths"/>.</summary>
public static class DispatchingEndpoints
{
    private const int MaxBodyBytes = 64 * 1024;

    /// <summary>The ids of some 35 000 tasks.</summary>
    private const int MaxTaskLogsBytes = 1024 * 1024;

    /// <param name="routes">of the cluster port only</param>
    /// <param name="store">this manager's state</param>
    /// <param name="leading">the dispatcher of this leadership; null while this manager does not lead</param>
    /// <param name="leaderAddress"><c>ip:port</c> of another manager that leads; empty when none is known</param>
    public static void Map(
        IEndpointRouteBuilder routes, StateStore store, Func<Dispatcher?> leading, Func<string> leaderAddress)
    {
        var gate = new LeaderGate(leading, leaderAddress);
        routes.MapGet(ClusterPaths.Ca, context => ClusterCall.AnswerAsync(context, () => CaAsync(context, store)));
        Post(ClusterPaths.Join, JoinAsync);
        Post(ClusterPaths.Renew, RenewAsync);
        Post(ClusterPaths.Leave, LeaveAsync);
        Post(ClusterPaths.Withdraw, WithdrawAsync);
        Post(ClusterPaths.Session, SessionAsync);
        Post(ClusterPaths.Logs + "/{requestId}", LogsAsync);
        Post(ClusterPaths.ManagerLogs, ManagerLogsAsync);

        void Post(string path, Func<HttpContext, Dispatcher, CancellationToken, Task> handle) =>
            routes.MapPost(path, context => ClusterCall.AnswerAsync(
                context, () => gate.PassAsync(context, (dispatcher, ct) => handle(context, dispatcher, ct))));
    }

    private static Task CaAsync(HttpContext context, StateStore store)
    {
        var cluster = store.Current.Cluster ?? throw new RefusedException(
            StatusCodes.Status503ServiceUnavailable, "this manager has no cluster yet");
        context.Response.ContentType = "application/x-pem-file";
        return context.Response.WriteAsync(cluster.CaCertificate, context.RequestAborted);
    }

    private static async Task JoinAsync(HttpContext context, Dispatcher dispatcher, CancellationToken ct)
    {
        var request = await ReadAsync<JoinRequest>(context, MaxBodyBytes, ct);
        await WriteAsync(context, await dispatcher.Admission.JoinAsync(request, ct), ct);
    }

    private static async Task RenewAsync(HttpContext context, Dispatcher dispatcher, CancellationToken ct)
    {
        var peer = ClusterCall.PeerOf(context);
        var request = await ReadAsync<RenewRequest>(context, MaxBodyBytes, ct);
        await WriteAsync(context, await dispatcher.Admission.RenewAsync(peer, request, ct), ct);
    }

    private static Task LeaveAsync(HttpContext context, Dispatcher dispatcher, CancellationToken ct) =>
        dispatcher.LeaveAsync(ClusterCall.PeerOf(context).NodeId, ct);

    private static Task WithdrawAsync(HttpContext context, Dispatcher dispatcher, CancellationToken ct) =>
        dispatcher.Admission.WithdrawAsync(ClusterCall.PeerOf(context).NodeId, ct);

    private static async Task SessionAsync(HttpContext context, Dispatcher dispatcher, CancellationToken ct)
    {
        var peer = ClusterCall.PeerOf(context);
        LongBody.Allow(context);
        var streams = new DuplexStreams(context.Request.Body, context.Response.Body);
        context.Response.ContentType = ClusterPaths.BodyType;
        await context.Response.StartAsync(ct);
        // The dispatcher ends its sessions itself, and says why.
        if (!await dispatcher.ServeAsync(peer.NodeId, AddressOf(context), streams, context.RequestAborted))
            context.Abort();
    }

    private static async Task LogsAsync(HttpContext context, Dispatcher dispatcher, CancellationToken ct)
    {
        var peer = ClusterCall.PeerOf(context);
        LongBody.Allow(context);
        var request = (string)context.Request.RouteValues["requestId"]!;
        try
        {
            var input = context.Request.Body;
            if (await dispatcher.Logs.TryReceiveAsync(request, peer.NodeId, input, ct))
                return;
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The reader has left, or the agent has: the same answer as for one who comes too late.
        }
        throw new RefusedException(StatusCodes.Status404NotFound, "nobody reads this log (any more)");
    }

    private static async Task ManagerLogsAsync(HttpContext context, Dispatcher dispatcher, CancellationToken ct)
    {
        dispatcher.Admission.RequireManager(ClusterCall.PeerOf(context));
        var request = await ReadAsync<TaskLogsRequest>(context, MaxTaskLogsBytes, ct);
        var tasks = request.Nodes
            .SelectMany(node => node.Tasks, (node, task) => new { node.NodeId, task })
            .ToLookup(pair => pair.NodeId, pair => pair.task);
        context.Response.ContentType = ClusterPaths.BodyType;
        await context.Response.StartAsync(ct);
        await context.Response.Body.FlushAsync(ct);
        await foreach (var line in dispatcher.Logs.ReadAsync(tasks, request.Options, ct))
            await FrameStream.WriteFrameAsync<LogMessage>(context.Response.Body, line, ct);
        await FrameStream.WriteFrameAsync<LogMessage>(context.Response.Body, new LogEnd(), ct);
    }

    private static string AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "";
    }

    private static async Task<T> ReadAsync<T>(HttpContext context, int maxBytes, CancellationToken ct) =>
        MessagePackSerializer.Deserialize<T>(await ClusterCall.ReadAsync(context, maxBytes, ct));

    private static Task WriteAsync<T>(HttpContext context, T answer, CancellationToken ct) =>
        ClusterCall.WriteAsync(context, MessagePackSerializer.Serialize(answer), ct);
}
