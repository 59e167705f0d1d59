using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

internal static class StatsReader
{
    /// <summary>
    /// File cache that the kernel gives back first, as cgroup v1 counts it with all children; v2 always does.
    /// </summary>
    private const string InactiveFileV1 = "total_inactive_file";

    private const string InactiveFileV2 = "inactive_file";

    /// <param name="hostMemory">what the engine calls the limit of a container that has none; 0 = not known</param>
    public static ContainerStats Read(StatsReading reading, long hostMemory)
    {
        var memory = reading.Memory ?? new MemoryReading();
        var limit = Number(memory.Limit);
        var limited = hostMemory == 0 || limit < hostMemory;
        return new ContainerStats(
            Number(reading.Cpu?.Usage?.Total ?? 0),
            Number(InUse(memory)),
            limited ? limit : 0,
            Number(reading.Pids?.Current ?? 0));
    }

    private static ulong InUse(MemoryReading memory)
    {
        var counters = memory.Counters ?? [];
        var cache = counters.TryGetValue(InactiveFileV1, out var v1) ? v1 : counters.GetValueOrDefault(InactiveFileV2);
        return memory.Usage > cache ? memory.Usage - cache : 0;
    }

    private static long Number(ulong value) => (long)Math.Min(value, long.MaxValue);
}
