using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Model;
using Orchestrator.Store;

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
        var state = status.Role == LocalNodeRole.Manager ? context.Manager?.Store.Current : null;
        return new SwarmInfoDto
        {
            NodeId = status.NodeId?.Value ?? "",
            NodeAddr = status.Address,
            LocalNodeState = "active",
            ControlAvailable = status.Role == LocalNodeRole.Manager,
            Error = status.Error,
            RemoteManagers = Wire.ListOrNull(status.Managers, manager =>
                new RemoteManagerDto { NodeId = manager.Id?.Value ?? "", Addr = manager.Address }),
            Nodes = state?.Nodes.Count ?? 0,
            Managers = state is null ? 0 : CountManagers(state),
            Cluster = state?.Cluster is { } cluster
                ? ClusterMapper.Write(cluster, context.TlsInfo.Write(cluster), withTokens: false)
                : null,
        };
    }

    private static int CountManagers(StateSnapshot state) =>
        state.Nodes.Count(node => node.Value.Spec.Role == NodeRole.Manager);

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
