namespace Orchestrator.Runtime.Processes;

/// <summary>What a running task uses: its control groups tell, else the sum over its processes.</summary>
internal static class TaskUsage
{
    private const long NanosecondsPerTick = 10_000_000;

    /// <param name="run">null: not started yet</param>
    internal static ContainerStats Read(TaskPlan plan, RunRecord? run)
    {
        if (run is null)
            return new ContainerStats(0, 0, plan.Limits.MemoryBytes, 0);
        var cgroup = new TaskCgroup(plan.Cgroups);
        var processes = Processes(run);
        return new ContainerStats(
            cgroup.CpuNanoseconds() ?? processes.Sum(entry => entry.CpuTicks) * NanosecondsPerTick,
            cgroup.MemoryBytes() ?? processes.Sum(OwnBytes),
            plan.Limits.MemoryBytes,
            processes.Count);
    }

    /// <summary>The shim adopts what the task abandons, so all of it descends from the shim.</summary>
    private static List<ProcEntry> Processes(RunRecord run)
    {
        if (run.ShimLives)
            return ProcFiles.Descendants(run.ShimPid);
        return run.TaskLives ? [.. ProcFiles.All().Where(entry => entry.Session == run.Pid)] : [];
    }

    /// <summary>Resident without what is shared: <c>statm</c> counts pages, resident second, shared third.</summary>
    private static long OwnBytes(ProcEntry entry)
    {
        var fields = ProcFiles.TryRead($"/proc/{entry.Pid}/statm").Split(' ');
        return fields.Length < 3 ? 0 : (long.Parse(fields[1]) - long.Parse(fields[2])) * Environment.SystemPageSize;
    }
}
