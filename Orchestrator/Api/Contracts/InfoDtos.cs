using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

/// <summary>What <c>docker info</c> shows, as far as it exists here.</summary>
public sealed record InfoDto
{
    [JsonPropertyName("ID")]
    public string Id { get; set; } = "";

    public int Containers { get; set; }

    public int ContainersRunning { get; set; }

    public int ContainersPaused { get; set; }

    public int ContainersStopped { get; set; }

    public int Images { get; set; }

    public string Driver { get; set; } = "";

    [JsonIgnore(Condition = Never)]
    public IReadOnlyList<IReadOnlyList<string>>? DriverStatus { get; set; }

    public InfoPluginsDto Plugins { get; set; } = new();

    public bool MemoryLimit { get; set; } = true;

    public bool SwapLimit { get; set; } = true;

    public bool CpuCfsPeriod { get; set; } = true;

    public bool CpuCfsQuota { get; set; } = true;

    [JsonPropertyName("CPUShares")]
    public bool CpuShares { get; set; } = true;

    [JsonPropertyName("CPUSet")]
    public bool CpuSet { get; set; } = true;

    public bool PidsLimit { get; set; } = true;

    [JsonPropertyName("IPv4Forwarding")]
    public bool Ipv4Forwarding { get; set; } = true;

    public bool OomKillDisable { get; set; }

    public bool Debug { get; set; }

    public string SystemTime { get; set; } = "";

    public string LoggingDriver { get; set; } = "";

    public string CgroupDriver { get; set; } = "";

    public string? CgroupVersion { get; set; }

    public string KernelVersion { get; set; } = "";

    public string OperatingSystem { get; set; } = "";

    [JsonPropertyName("OSVersion")]
    public string OsVersion { get; set; } = "";

    [JsonPropertyName("OSType")]
    public string OsType { get; set; } = "";

    public string Architecture { get; set; } = "";

    public string IndexServerAddress { get; set; } = "";

    [JsonPropertyName("NCPU")]
    public int NCpu { get; set; }

    public long MemTotal { get; set; }

    [JsonIgnore(Condition = Never)]
    public IReadOnlyList<GenericResourceDto>? GenericResources { get; set; }

    public string DockerRootDir { get; set; } = "";

    public string Name { get; set; } = "";

    public IReadOnlyList<string> Labels { get; set; } = [];

    public bool ExperimentalBuild { get; set; }

    public string ServerVersion { get; set; } = "";

    public SwarmInfoDto Swarm { get; set; } = new();

    public bool LiveRestoreEnabled { get; set; }

    public IReadOnlyList<string> SecurityOptions { get; set; } = [];

    [JsonIgnore(Condition = Never)]
    public IReadOnlyList<string>? Warnings { get; set; }
}

public sealed record InfoPluginsDto
{
    public IReadOnlyList<string> Volume { get; set; } = [];

    public IReadOnlyList<string> Network { get; set; } = [];

    [JsonIgnore(Condition = Never)]
    public IReadOnlyList<string>? Authorization { get; set; }

    public IReadOnlyList<string> Log { get; set; } = [];
}

/// <summary>This node's part in the cluster.</summary>
public sealed record SwarmInfoDto
{
    [JsonPropertyName("NodeID")]
    public string NodeId { get; set; } = "";

    public string NodeAddr { get; set; } = "";

    /// <summary><c>inactive</c>, <c>pending</c>, <c>active</c>, <c>error</c>, <c>locked</c>.</summary>
    public string LocalNodeState { get; set; } = "";

    /// <summary>This node is a manager.</summary>
    public bool ControlAvailable { get; set; }

    public string Error { get; set; } = "";

    [JsonIgnore(Condition = Never)]
    public IReadOnlyList<RemoteManagerDto>? RemoteManagers { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public int Nodes { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public int Managers { get; set; }

    public SwarmDto? Cluster { get; set; }

    /// <summary>Of managers only. Docker has no such thing, and its clients skip it.</summary>
    public QuorumDto? Quorum { get; set; }
}

/// <summary>How much the managers' group can lose, as this manager sees it.</summary>
public sealed record QuorumDto
{
    public int Voters { get; set; }

    /// <summary>Of the voters.</summary>
    public int Reachable { get; set; }

    /// <summary>Managers that are not complete yet and have no vote.</summary>
    public int Learners { get; set; }

    /// <summary>How many more voters may fail; negative: as many are missing.</summary>
    public int Margin { get; set; }
}

public sealed record RemoteManagerDto
{
    [JsonPropertyName("NodeID")]
    public string NodeId { get; set; } = "";

    public string Addr { get; set; } = "";
}
