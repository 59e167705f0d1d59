namespace Orchestrator.Runtime.Processes;

/// <summary>
/// The slow look at every task: finds changes that nobody reported, and ends tasks whose shim was killed.
/// </summary>
internal sealed class TaskSweep(TaskStates states, Func<TaskPlan, ContainerObservation> observe)
{
    private Dictionary<string, ContainerObservation> _last = new(StringComparer.Ordinal);

    /// <returns>the tasks that are not as they were at the last look</returns>
    internal IEnumerable<string> Changed()
    {
        var now = new Dictionary<string, ContainerObservation>(StringComparer.Ordinal);
        foreach (var plan in states.All())
        {
            var seen = observe(plan);
            if (seen is { State: ContainerState.Running, Error.Length: > 0 })
            {
                // Nobody reads its output or would learn how it ends: it is as good as lost, and must not run beside
                // its replacement.
                TaskEnding.KillLeftovers(plan);
                seen = observe(plan);
            }

            now[seen.ContainerId] = seen;
        }

        var last = _last;
        _last = now;
        return now.Keys.Union(last.Keys).Where(id => Differs(now.GetValueOrDefault(id), last.GetValueOrDefault(id)));
    }

    private static bool Differs(ContainerObservation? now, ContainerObservation? last) =>
        now?.State != last?.State || now?.Health != last?.Health;
}
