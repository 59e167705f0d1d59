using Orchestrator.Api.Contracts;

namespace Orchestrator.Cli.Commands;

/// <summary>Tasks with the names of what they belong to, newest first within a slot.</summary>
internal static class TaskListing
{
    public static async Task<IReadOnlyList<TaskRow>> RowsAsync(
        Invocation run, IReadOnlyList<KeyValuePair<string, string>> filters, CancellationToken ct)
    {
        var tasks = await Lookups.TasksAsync(run, filters, ct);
        if (tasks.Count == 0)
            return [];
        var names = run.IsOn("--no-resolve") ? new Dictionary<string, string>(StringComparer.Ordinal)
            : await NamesAsync(run, ct);
        return Arrange(tasks, id => names.GetValueOrDefault(id, id));
    }

    private static async Task<Dictionary<string, string>> NamesAsync(Invocation run, CancellationToken ct)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var service in await Lookups.ServicesAsync(run, null, false, ct))
            names[service.Id] = service.Spec.Name ?? service.Id;
        foreach (var node in await Lookups.NodesAsync(run, null, ct))
            names[node.Id] = Lookups.NameOf(node);
        return names;
    }

    internal static IReadOnlyList<TaskRow> Arrange(IReadOnlyList<TaskDto> tasks, Func<string, string> nameOf)
    {
        var sorted = tasks
            .Select(task => new TaskRow(task, nameOf(task.ServiceId ?? ""), nameOf(task.NodeId ?? ""), Previous: false))
            .OrderBy(row => row.Name, NaturalOrder.Instance)
            .ThenByDescending(row => row.Task.CreatedAt)
            .ToList();
        return sorted.Select((row, i) => row with { Previous = i > 0 && sorted[i - 1].Name == row.Name }).ToList();
    }
}
