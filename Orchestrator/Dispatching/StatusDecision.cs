using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Dispatching;

/// <summary>One task's status, and the node that reports it.</summary>
internal readonly record struct ReportedStatus(NodeId Node, TaskStatusUpdate Update);

/// <summary>Turns what agents report into changes of tasks. Pure.</summary>
internal static class StatusDecision
{
    private const int MaxTextLength = 2048;
    private const int MaxPorts = 256;

    /// <param name="state">the tasks as they are</param>
    /// <param name="reports">oldest first</param>
    /// <param name="now">goes into the changed rows</param>
    public static ImmutableArray<Change> Decide(
        StateSnapshot state, IEnumerable<ReportedStatus> reports, DateTimeOffset now)
    {
        var changed = new SortedDictionary<string, ServiceTask>(StringComparer.Ordinal);
        foreach (var report in reports)
        {
            var id = report.Update.TaskId;
            var task = id.Value is null ? null : changed.GetValueOrDefault(id.Value) ?? state.Task(id);
            if (task is null || task.NodeId != report.Node)
                continue;
            var status = Limited(report.Update.Status);
            if (GoesBeyond(task.Status, status))
                changed[task.Key] = task with { Status = status, Meta = task.Meta.Touched(now) };
        }
        return [.. changed.Values.Select(Change.Update)];
    }

    /// <summary>Observed state only grows; within a state the newer word counts; an end is final.</summary>
    private static bool GoesBeyond(TaskStatus known, TaskStatus reported)
    {
        if (!AgentsMaySay(reported.State) || known.State < TaskState.Assigned)
            return false;
        if (reported.State != known.State)
            return reported.State > known.State && !known.State.IsTerminal();
        return !known.State.IsTerminal()
            && reported.Timestamp >= known.Timestamp
            && !Canonical.Same(reported, known);
    }

    /// <summary>Before and after that only managers write.</summary>
    private static bool AgentsMaySay(TaskState state) =>
        state is >= TaskState.Accepted and <= TaskState.Rejected && Enum.IsDefined(state);

    private static TaskStatus Limited(TaskStatus status) => status with
    {
        Message = Limited(status.Message),
        Error = Limited(status.Error),
        Ports = status.Ports.Length <= MaxPorts ? status.Ports : status.Ports[..MaxPorts],
    };

    private static string Limited(string text)
    {
        if (text.Length <= MaxTextLength)
            return text;
        return text[..(char.IsHighSurrogate(text[MaxTextLength - 1]) ? MaxTextLength - 1 : MaxTextLength)];
    }
}
