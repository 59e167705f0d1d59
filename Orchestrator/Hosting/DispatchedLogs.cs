using Orchestrator.Api;
using Orchestrator.Dispatching;
using Orchestrator.Model;

namespace Orchestrator.Hosting;

/// <summary>Logs for the API, from the agents of the nodes that run the tasks: they talk to the leader only.</summary>
/// <param name="leading">null while this manager does not lead</param>
internal sealed class DispatchedLogs(Func<LogBroker?> leading, LogRelay relay) : ITaskLogs
{
    public IAsyncEnumerable<LogLine> ReadAsync(
        IReadOnlyList<ServiceTask> tasks, LogOptions options, CancellationToken ct)
    {
        var byNode = tasks.Where(task => task.NodeId is not null)
            .ToLookup(task => task.NodeId!.Value, task => task.Id);
        return leading() is { } broker
            ? broker.ReadAsync(byNode, options, ct)
            : relay.ReadAsync(byNode, options, ct);
    }
}
