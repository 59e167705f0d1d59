using Orchestrator.Model;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// Which control group hierarchies of this host may be written: both versions, and hosts where none may.
/// </summary>
internal sealed class CgroupHost
{
    private const string Parent = "swarmnet";
    private static readonly string[] Wanted = ["memory", "cpu", "cpuacct", "pids"];

    private readonly ImmutableArray<string> _bases;

    private CgroupHost(ImmutableArray<string> bases) => _bases = bases;

    /// <summary>The groups of one task, as a plan names them.</summary>
    internal ImmutableArray<string> GroupsOf(TaskId task) => [.. _bases.Select(root => $"{root}/{task.Value}")];

    /// <summary>Names the limits that nothing here would enforce.</summary>
    internal IEnumerable<string> Unenforced(ResourceLimits limits)
    {
        if (limits.MemoryBytes > 0 && !Has("memory"))
            yield return "memory";
        if (limits.NanoCpus > 0 && !Has("cpu"))
            yield return "CPU";
        if (limits.Pids > 0 && !Has("pids"))
            yield return "process";
    }

    internal static CgroupHost Detect(string mount = "/sys/fs/cgroup")
    {
        var bases = File.Exists($"{mount}/cgroup.controllers") ? Unified(mount) : Separate(mount);
        return new CgroupHost(bases);
    }

    private bool Has(string controller) => _bases.Any(root =>
        root.StartsWith(controller + ":", StringComparison.Ordinal)
        || (root[0] == ':' && Controllers($"{root[1..]}/cgroup.controllers").Contains(controller)));

    private static ImmutableArray<string> Unified(string mount)
    {
        var root = $"{mount}/{Parent}";
        if (!TryCreate(root))
            return [];
        foreach (var controller in Controllers($"{mount}/cgroup.controllers").Intersect(Wanted))
        {
            TaskCgroup.TryWrite($"{mount}/cgroup.subtree_control", "+" + controller);
            TaskCgroup.TryWrite($"{root}/cgroup.subtree_control", "+" + controller);
        }

        return [":" + root];
    }

    private static ImmutableArray<string> Separate(string mount)
    {
        var bases = ImmutableArray.CreateBuilder<string>();
        foreach (var controller in Wanted)
            if (File.Exists($"{mount}/{controller}/tasks") && TryCreate($"{mount}/{controller}/{Parent}"))
                bases.Add($"{controller}:{mount}/{controller}/{Parent}");
        return bases.ToImmutable();
    }

    private static string[] Controllers(string file) =>
        ProcFiles.TryRead(file).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static bool TryCreate(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
