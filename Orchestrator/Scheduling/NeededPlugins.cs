using Orchestrator.Model;

namespace Orchestrator.Scheduling;

/// <summary>Plugins of an engine that a task cannot do without, <c>Log/fluentd</c>.</summary>
internal static class NeededPlugins
{
    private const string LocalVolumes = "local";
    private const string NoLogs = "none";
    private const string Latest = ":latest";

    public static ImmutableArray<string> Of(TaskTemplate template)
    {
        var logs = template.LogDriver?.Name is { Length: > 0 } log && log != NoLogs ? $"Log/{log}" : null;
        if (logs is null && template.Container.Mounts.IsEmpty)
            return [];
        var volumes = template.Container.Mounts
            .Where(mount => mount.Type == MountType.Volume)
            .Select(mount => mount.Volume?.Driver?.Name)
            .Where(driver => driver is { Length: > 0 } and not LocalVolumes)
            .Select(driver => $"Volume/{driver}");
        return [.. logs is null ? volumes : volumes.Append(logs)];
    }

    /// <summary>An engine that names no plugin of the kind says nothing about it.</summary>
    public static bool IsThere(string wanted, ImmutableArray<string> plugins)
    {
        var kind = wanted[..(wanted.IndexOf('/') + 1)];
        return !plugins.Any(plugin => plugin.StartsWith(kind, StringComparison.Ordinal))
            || plugins.Contains(wanted) || plugins.Contains(wanted + Latest);
    }
}
