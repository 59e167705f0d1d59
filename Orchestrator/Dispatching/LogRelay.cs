using System.Runtime.CompilerServices;
using Orchestrator.Model;
using Orchestrator.Security;

namespace Orchestrator.Dispatching;

/// <summary>Reads logs through the manager that leads, for one that does not.</summary>
/// <param name="identity">a manager's</param>
/// <param name="leaderAddress"><c>ip:port</c> of another manager that leads; empty when none is known</param>
public sealed class LogRelay(LiveIdentity identity, TimeProvider time, Func<string> leaderAddress)
{
    private readonly ClusterConnector _connector = ClusterConnector.ForNode(identity, time);

    /// <summary>
    /// As <see cref="LogBroker.ReadAsync"/>; when the leader is lost meanwhile, the last line is one of
    /// <see cref="LogStream.System"/> that says so.
    /// </summary>
    /// <param name="tasks">the tasks by the node they run on</param>
    public async IAsyncEnumerable<LogLine> ReadAsync(
        ILookup<NodeId, TaskId> tasks, LogOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        if (tasks.Count == 0)
            yield break;
        var missing = "no log: no manager leads the cluster now, try again in a moment";
        if (leaderAddress() is { Length: > 0 } leader)
        {
            using var call = new LogRelayCall(leader, _connector, time);
            await call.OpenAsync(tasks, options, ct);
            while (await call.NextAsync(ct) is { } line)
                yield return line;
            missing = call.Missing;
        }
        if (missing.Length > 0)
            yield return LogNotice.Of(tasks.First().First(), missing, time.GetUtcNow());
    }
}
