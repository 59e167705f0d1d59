using Orchestrator.Model;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// The control groups of one task. A group that is missing or cannot be written is left out: the daemon has said so
/// when it accepted the task.
/// </summary>
internal sealed class TaskCgroup(ImmutableArray<string> groups)
{
    private const long CpuPeriod = 100_000;
    private const long NanosecondsPerCore = 1_000_000_000;

    internal void Create(ResourceLimits limits)
    {
        foreach (var group in groups)
        {
            try
            {
                Directory.CreateDirectory(PathOf(group));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            Limit(PathOf(group), limits);
        }
    }

    /// <summary>
    /// Runs <paramref name="spawn"/> on this thread inside the groups, so that what it starts is born there: moved
    /// afterwards, a child that forks at once would escape. Our own threads count while they are there, so the limit of
    /// processes has room for them until they have left.
    /// </summary>
    internal int Inside(ResourceLimits limits, Func<int> spawn)
    {
        var homes = Homes();
        foreach (var group in groups)
            Enter(IsUnified(group), PathOf(group));
        LimitProcesses(limits, unified => unified ? Directory.GetFileSystemEntries("/proc/self/task").Length : 1);
        try
        {
            return spawn();
        }
        finally
        {
            foreach (var home in homes)
                Enter(IsUnified(home), PathOf(home));
            LimitProcesses(limits, _ => 0);
        }
    }

    internal void Kill()
    {
        foreach (var group in groups)
        {
            if (TryWrite($"{PathOf(group)}/cgroup.kill", "1"))
                continue;
            foreach (var pid in Pids(group))
                _ = Native.Kill(pid, Native.SigKill);
        }
    }

    internal IEnumerable<int> Pids() => groups.SelectMany(Pids).Distinct();

    internal bool OutOfMemory() => groups.Any(group =>
        Counter($"{PathOf(group)}/memory.events", "oom_kill ") > 0
        || Counter($"{PathOf(group)}/memory.oom_control", "oom_kill ") > 0);

    /// <summary>Only empty groups can go; a group with a process in it stays.</summary>
    internal void Remove()
    {
        foreach (var group in groups)
        {
            try
            {
                Directory.Delete(PathOf(group));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }
    }

    /// <returns>null where the groups do not tell</returns>
    internal long? CpuNanoseconds() => First("cpuacct.usage", "") ?? First("cpu.stat", "usage_usec ") * 1000;

    /// <inheritdoc cref="CpuNanoseconds"/>
    internal long? MemoryBytes()
    {
        var used = First("memory.current", "") ?? First("memory.usage_in_bytes", "");
        var cache = First("memory.stat", "total_inactive_file ") ?? First("memory.stat", "inactive_file ") ?? 0;
        return used is null ? null : Math.Max(0, used.Value - cache);
    }

    internal static bool TryWrite(string file, string text)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
            stream.Write(System.Text.Encoding.ASCII.GetBytes(text));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void LimitProcesses(ResourceLimits limits, Func<bool, int> guests)
    {
        if (limits.Pids <= 0)
            return;
        foreach (var group in groups)
            TryWrite($"{PathOf(group)}/pids.max", (limits.Pids + guests(IsUnified(group))).ToString());
    }

    private static void Limit(string path, ResourceLimits limits)
    {
        if (limits.MemoryBytes > 0 && !TryWrite($"{path}/memory.max", limits.MemoryBytes.ToString()))
            TryWrite($"{path}/memory.limit_in_bytes", limits.MemoryBytes.ToString());
        if (limits.NanoCpus <= 0)
            return;
        var quota = Math.Max(1000, limits.NanoCpus * CpuPeriod / NanosecondsPerCore);
        if (TryWrite($"{path}/cpu.max", $"{quota} {CpuPeriod}"))
            return;
        TryWrite($"{path}/cpu.cfs_period_us", CpuPeriod.ToString());
        TryWrite($"{path}/cpu.cfs_quota_us", quota.ToString());
    }

    /// <summary>Where this process is now, in the hierarchies of the task's groups.</summary>
    private List<string> Homes()
    {
        var lines = ProcFiles.TryRead("/proc/self/cgroup").Split('\n').Select(line => line.Split(':', 3)).ToList();
        var homes = new List<string>();
        foreach (var group in groups)
        {
            var controller = group[..group.IndexOf(':', StringComparison.Ordinal)];
            var mount = Path.GetDirectoryName(Path.GetDirectoryName(PathOf(group)));
            var line = lines.Find(parts => parts.Length == 3 && parts[1].Split(',').Contains(controller));
            if (line is not null)
                homes.Add($"{controller}:{mount}{line[2].TrimEnd('/')}");
        }

        return homes;
    }

    /// <summary>
    /// Separate hierarchies move one thread, which is enough for its children; the unified one moves whole processes.
    /// </summary>
    private static void Enter(bool unified, string path)
    {
        var thread = Path.GetFileName(new FileInfo("/proc/thread-self").LinkTarget);
        if (unified)
            TryWrite($"{path}/cgroup.procs", Environment.ProcessId.ToString());
        else
            TryWrite($"{path}/tasks", thread ?? Environment.ProcessId.ToString());
    }

    private static IEnumerable<int> Pids(string group)
    {
        foreach (var line in ProcFiles.TryRead($"{PathOf(group)}/cgroup.procs").Split('\n'))
            if (int.TryParse(line, out var pid))
                yield return pid;
    }

    private long? First(string file, string name)
    {
        foreach (var group in groups)
            if (Counter($"{PathOf(group)}/{file}", name) is { } value)
                return value;
        return null;
    }

    private static long? Counter(string file, string name)
    {
        foreach (var line in ProcFiles.TryRead(file).Split('\n'))
            if (line.StartsWith(name, StringComparison.Ordinal)
                && long.TryParse(line.AsSpan(name.Length), out var value))
                return value;
        return null;
    }

    private static bool IsUnified(string group) => group[0] == ':';

    private static string PathOf(string group) => group[(group.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
