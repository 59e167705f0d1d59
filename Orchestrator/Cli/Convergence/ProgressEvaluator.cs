using System.Globalization;

namespace Orchestrator.Cli.Convergence;

/// <summary>From what is to how far it is. Pure.</summary>
internal static class ProgressEvaluator
{
    private static readonly string[] Order =
    [
        "new", "allocated", "pending", "assigned", "accepted", "preparing", "ready", "starting", "running", "complete",
        "shutdown", "failed", "rejected",
    ];

    private static readonly int Running = Rank("running");

    /// <summary>Place in the life of a task; −1 for states that no longer count.</summary>
    public static int Rank(string state) => Array.IndexOf(Order, state);

    public static Progress Evaluate(Observation service)
    {
        var slots = service.Tasks
            .Where(task => Rank(task.State) >= 0 && Rank(task.DesiredState) >= 0)
            .Where(task => task.NodeId.Length == 0 || service.Nodes.ContainsKey(task.NodeId))
            .GroupBy(task => service.IsGlobal ? task.NodeId : task.Slot.ToString("D10", CultureInfo.InvariantCulture))
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.OrderBy(task => Rank(task.DesiredState)).ThenBy(task => Rank(task.State)).ToList())
            .ToLookup(tasks => service.IsJob || Rank(tasks[0].DesiredState) <= Running);
        var current = slots[true].ToList();
        var total = service.IsGlobal ? current.Count : service.Wanted;
        var shown = current.Select((tasks, i) => Describe(Label(service, tasks[0], i, total), service, tasks)).ToList();
        if (!service.IsGlobal)
            AddMissing(shown, slots[false].Select(tasks => Failures(null, tasks)).Where(reason => reason.Length > 0)
                .ToList(), total);
        return new Progress(shown, current.Count(tasks => IsDone(service, tasks)), total);
    }

    private static bool IsDone(Observation service, List<ObservedTask> tasks) =>
        service.IsJob ? tasks.Any(task => task.State == "complete") : tasks[0].State == "running";

    /// <summary>Slots without a task that should run, with what ended the last ones.</summary>
    private static void AddMissing(List<SlotProgress> shown, List<string> reasons, int total)
    {
        for (var (i, used) = (shown.Count, 0); i < total; i++, used++)
            shown.Add(new SlotProgress($"{i + 1}/{total}", "waiting", reasons.ElementAtOrDefault(used) ?? ""));
    }

    private static string Label(Observation service, ObservedTask task, int index, int total) => service.IsGlobal
        ? service.Nodes.GetValueOrDefault(task.NodeId, task.NodeId.Length == 0 ? "no node yet" : task.NodeId)
        : $"{index + 1}/{Math.Max(total, index + 1)}";

    private static SlotProgress Describe(string label, Observation service, List<ObservedTask> tasks)
    {
        if (IsDone(service, tasks))
            return new SlotProgress(label, service.IsJob ? "complete" : "running", "");
        var current = tasks[0];
        return new SlotProgress(
            label, current.State, current.Reason.Length > 0 ? current.Reason : Failures(current, tasks));
    }

    private static string Failures(ObservedTask? current, List<ObservedTask> tasks)
    {
        var failed = tasks.Where(task => task != current && task.State is "failed" or "rejected")
            .OrderBy(task => task.CreatedAt).ToList();
        if (failed.Count == 0)
            return "";
        var times = failed.Count == 1 ? "failed once" : $"failed {failed.Count} times, last";
        var last = failed[^1];
        return $"{times}: {(last.Reason.Length > 0 ? last.Reason : last.State)}";
    }
}
