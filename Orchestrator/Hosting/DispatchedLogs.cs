using Orchestrator.Api;
using Orchestrator.Dispatching;
using Orchestrator.Model;

namespace Orchestrator.Hosting;

/// <summary>Logs for the API, from the agents of the nodes that run the tasks.</summary>
internal sealed class DispatchedLogs(Func<LogBroker?> leading) : ITaskLogs
{
    public IAsyncEnumerable<LogLine> ReadAsync(
        IReadOnlyList<ServiceTask> tasks, LogOptions options, CancellationToken ct) =>
        Leading().ReadAsync(
            tasks.Where(task => task.NodeId is not null)
                .ToLookup(task => task.NodeId!.Value, task => task.Id), options, ct);

    private LogBroker Leading() => leading()
        ?? throw ApiException.Unavailable("this manager does not lead the cluster: ask the leader for logs");
}
