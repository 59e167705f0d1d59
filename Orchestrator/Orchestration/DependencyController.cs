using Orchestrator.Model;
using Orchestrator.Scheduling.Sharing;
using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>
/// Takes tasks away that share what is not there any more: their replacements go where it is then. Its keys are tasks
/// that are shared.
/// </summary>
public sealed class DependencyController : IController
{
    public string Name => "dependencies";

    public IEnumerable<string> KeysOf(StateChange change, StateSnapshot before)
    {
        var state = change.Snapshot;
        if (state.Sharers.IsEmpty || change.Keys is not { } keys)
            return state.Sharers.Keys;
        return keys.Where(key => key.Table == Table.Tasks).SelectMany(key => KeysOf(key.Key, state)).Distinct();
    }

    public ControllerDecision Decide(ReconcileContext context, string key)
    {
        var state = context.State;
        var shared = state.Tasks.GetValueOrDefault(key);
        var evictions = state.SharersOf(new TaskId(key)).Values
            .Where(sharer => SharedTasks.IsStaying(sharer) && !SharedTasks.IsThere(shared, sharer))
            .Select(sharer => Change.Update(sharer.Evicted(
                new Eviction { Reason = ReasonOf(sharer, key, state), At = context.Now })));
        var parts = evictions.Chunk(ControllerDecision.MostInOnePart)
            .Select(part => new Transaction { Changes = [.. part] });
        return new ControllerDecision([.. parts], null);
    }

    /// <summary>The task itself if others share it, and what it shares: it may just have got its node.</summary>
    private static IEnumerable<string> KeysOf(string key, StateSnapshot state)
    {
        var task = state.Tasks.GetValueOrDefault(key);
        foreach (var shared in task?.Grant?.Shared ?? [])
            yield return shared.TaskId.Value;
        if (state.SharersOf(new TaskId(key)).Count > 0)
            yield return key;
    }

    private static string ReasonOf(ServiceTask sharer, string lost, StateSnapshot state)
    {
        var named = sharer.Grant!.Shared.First(shared => shared.TaskId.Value == lost).Service;
        var what = Dependencies.Of(state.SpecOf(sharer)).First(each => each.Service == named).What;
        var name = state.Tasks.TryGetValue(lost, out var task) ? state.NameOf(task) : named;
        return $"{name}, whose {what} it shares, has ended or left";
    }
}
