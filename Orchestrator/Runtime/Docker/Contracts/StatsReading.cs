using System.Text.Json.Serialization;

namespace Orchestrator.Runtime.Docker.Contracts;

/// <summary>
/// Answer of <c>GET /containers/{id}/stats</c>: what is used of it. All zero for a container that does not run.
/// </summary>
internal sealed class StatsReading
{
    [JsonPropertyName("cpu_stats")]
    public CpuReading? Cpu { get; set; }

    [JsonPropertyName("memory_stats")]
    public MemoryReading? Memory { get; set; }

    [JsonPropertyName("pids_stats")]
    public PidsReading? Pids { get; set; }
}

internal sealed class CpuReading
{
    [JsonPropertyName("cpu_usage")]
    public CpuUsage? Usage { get; set; }
}

internal sealed class CpuUsage
{
    /// <summary>Nanoseconds.</summary>
    [JsonPropertyName("total_usage")]
    public ulong Total { get; set; }
}

internal sealed class MemoryReading
{
    [JsonPropertyName("usage")]
    public ulong Usage { get; set; }

    /// <summary>The host's memory when the container has no limit.</summary>
    [JsonPropertyName("limit")]
    public ulong Limit { get; set; }

    /// <summary>The cgroup's own counters; their names differ between cgroup v1 and v2.</summary>
    [JsonPropertyName("stats")]
    public Dictionary<string, ulong>? Counters { get; set; }
}

internal sealed class PidsReading
{
    [JsonPropertyName("current")]
    public ulong Current { get; set; }
}
