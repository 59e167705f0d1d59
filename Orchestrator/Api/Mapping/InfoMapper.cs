using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Validation;
using Orchestrator.Model;

namespace Orchestrator.Api.Mapping;

/// <summary>What this node says of itself. Never waits: the CLI asks often, leader or not.</summary>
internal static class InfoMapper
{
    public static InfoDto Write(ApiContext context, DateTimeOffset now)
    {
        var engine = context.Node.Engine;
        return new InfoDto
        {
            Id = engine.Id,
            Containers = engine.Containers,
            ContainersRunning = engine.ContainersRunning,
            ContainersStopped = engine.ContainersStopped,
            Images = engine.Images,
            Driver = engine.StorageDriver,
            Plugins = new() { Volume = Of(engine, "Volume"), Network = Of(engine, "Network"), Log = Of(engine, "Log") },
            SystemTime = now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            LoggingDriver = engine.LoggingDriver,
            CgroupDriver = engine.CgroupDriver,
            CgroupVersion = Wire.OrNull(engine.CgroupVersion),
            KernelVersion = engine.KernelVersion,
            OperatingSystem = engine.OperatingSystem,
            OsVersion = engine.OsVersion,
            OsType = "linux",
            Architecture = engine.Architecture,
            NCpu = engine.Cpus,
            MemTotal = engine.MemoryBytes,
            DockerRootDir = engine.RootDirectory,
            Name = engine.Hostname,
            Labels = engine.Labels,
            ServerVersion = engine.DaemonVersion,
            Swarm = Swarm(context),
            Warnings = Wire.OrNull(engine.Warnings),
        };
    }

    public static EngineVersionDto Version(LocalEngine engine) => new()
    {
        Platform = new() { Name = "swarmnet" },
        Version = engine.DaemonVersion,
        ApiVersion = ApiVersions.Text(ApiVersions.Newest),
        MinApiVersion = ApiVersions.Text(ApiVersions.Oldest),
        Os = "linux",
        Arch = GoArchitecture(engine.Architecture),
        KernelVersion = Wire.OrNull(engine.KernelVersion),
        Components =
        [
            new()
            {
                Name = "Engine",
                Version = engine.DaemonVersion,
                Details = StringMap.Empty
                    .Add("ApiVersion", ApiVersions.Text(ApiVersions.Newest))
                    .Add("MinAPIVersion", ApiVersions.Text(ApiVersions.Oldest))
                    .Add("Arch", GoArchitecture(engine.Architecture))
                    .Add("Os", "linux")
                    .Add("KernelVersion", engine.KernelVersion)
                    .Add("Experimental", "false"),
            },
            new() { Name = engine.Runtime, Version = engine.RuntimeVersion },
        ],
    };

    /// <summary>The ping header's word for this node's part.</summary>
    public static string PingState(LocalNodeStatus status) => status switch
    {
        { Role: LocalNodeRole.Inactive } => "inactive",
        { Error.Length: > 0 } => "error",
        { Role: LocalNodeRole.Manager } => "active/manager",
        _ => "active/worker",
    };

    private static SwarmInfoDto Swarm(ApiContext context)
    {
        var status = context.Node.Status;
        if (status.Role == LocalNodeRole.Inactive)
            return new SwarmInfoDto { LocalNodeState = "inactive", Error = status.Error };
        var manager = status.Role == LocalNodeRole.Manager ? context.Manager : null;
        var state = manager?.Store.Current;
        var group = manager?.Group.Status;
        return new SwarmInfoDto
        {
            NodeId = status.NodeId?.Value ?? "",
            NodeAddr = status.Address,
            LocalNodeState = "active",
            ControlAvailable = status.Role == LocalNodeRole.Manager,
            Error = ErrorOf(status, group),
            RemoteManagers = group is null
                ? Wire.ListOrNull(status.Managers, GroupMapper.Remote)
                : Wire.ListOrNull(group.Members, GroupMapper.Remote),
            Nodes = state?.Nodes.Count ?? 0,
            Managers = group?.Members.Length ?? 0,
            Cluster = state?.Cluster is { } cluster
                ? ClusterMapper.Write(cluster, context.TlsInfo.Write(cluster), withTokens: false)
                : null,
            Quorum = group is null ? null : GroupMapper.Quorum(group),
        };
    }

    private static string ErrorOf(LocalNodeStatus status, GroupStatus? group) => (status.Error, group) switch
    {
        ("", { Leader: null }) => NodeRefusals.NoLeader,
        _ => status.Error,
    };

    private static IReadOnlyList<string> Of(LocalEngine engine, string type) =>
        [.. engine.Plugins.Where(plugin => plugin.StartsWith(type + "/", StringComparison.Ordinal))
            .Select(plugin => plugin[(type.Length + 1)..])];

    private static string GoArchitecture(string uname) => uname switch
    {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        _ => uname,
    };
}
