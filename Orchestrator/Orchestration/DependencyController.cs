using Orchestrator.Model;
using Orchestrator.Scheduling.Sharing;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>
/// Takes tasks away whose node has not any more what they share: their replacements go where it is then.
/// </summary>
public sealed class DependencyController : IController
{
    public string Name => "dependencies";

    public IEnumerable<string> KeysOf(StateChange change, StateSnapshot before)
    {
        var state = change.Snapshot;
        if (change.Keys is not { } keys)
            return state.SharingTasks.Select(task => task.Key);
        return keys.Where(key => key.Table == Table.Tasks).SelectMany(key => Affected(key.Key, state)).Distinct();
    }

    public ControllerDecision Decide(ReconcileContext context, string key)
    {
        var state = context.State;
        if (!state.Tasks.TryGetValue(key, out var task) || !SharedTasks.CanBeShared(task)
            || SharedTasks.FirstLost(task, state) is not { } lost)
            return new ControllerDecision([], null);
        var evicted = Change.Update(task with
        {
            Meta = task.Meta.Touched(context.Now),
            Eviction = new Eviction { Reason = ReasonOf(task, lost, state), At = context.Now },
        });
        return new ControllerDecision([new Transaction { Changes = [evicted] }], null);
    }

    /// <summary>The task itself, which may just have got a node, and those that share it.</summary>
    private static IEnumerable<string> Affected(string key, StateSnapshot state)
    {
        var task = state.Tasks.GetValueOrDefault(key);
        if (task?.Grant is { Shared.IsEmpty: false })
            yield return key;
        if (task is not null && SharedTasks.CanBeShared(task))
            yield break;
        foreach (var sharer in state.SharersOf(new TaskId(key)).Keys)
            yield return sharer;
    }

    private static string ReasonOf(ServiceTask task, SharedTask lost, StateSnapshot state)
    {
        var what = Dependencies.Of(state.SpecOf(task)).FirstOrDefault(each => each.Service == lost.Service)?.What;
        var name = state.Task(lost.TaskId) is { } other ? $"{state.SpecOf(other).Name}.{other.Slot}" : lost.Service;
        return $"{name}, whose {what ?? "network or volumes"} it shares, has ended or left";
    }
}
