using System.Net;
using Orchestrator.Consensus;
using Orchestrator.Model;

namespace Orchestrator.Hosting;

public enum RuntimeChoice
{
    /// <summary>Docker when its engine answers at the start, else processes.</summary>
    Auto,
    Docker,
    Process,
}

public enum LogFormat
{
    Text,
    Json,
}

/// <summary>How this host's daemon runs. Nothing here is about the cluster: that comes with init and join.</summary>
public sealed record DaemonOptions
{
    public const string DefaultConfigurationFile = "/etc/swarmnet/swarmnet.json";

    /// <summary>Every setting's name, as flag, in the environment and in the file.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        "data-dir", "socket", "hosts", "listen-addr", "advertise-addr", "hostname",
        "runtime", "docker-host", "engine-labels", "reserve", "generic-resources", "log-format",
        "raft-heartbeat", "raft-election", "raft-snapshot-entries",
    ];

    public string DataDirectory { get; init; } = "/var/lib/swarmnet";

    public string SocketPath { get; init; } = "/run/swarmnet/swarmnet.sock";

    /// <summary>Loopback addresses on which the API is served too.</summary>
    public ImmutableArray<IPEndPoint> TcpHosts { get; init; } = [];

    /// <summary>Where managers listen for the cluster.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Any, Defaults.ClusterPort);

    /// <summary>
    /// Under what address the cluster knows this host: IP, IP:PORT or a network interface. Empty: as init and join say.
    /// </summary>
    public string Advertise { get; init; } = "";

    public string Hostname { get; init; } = "";

    public RuntimeChoice Runtime { get; init; }

    /// <summary>Path of the Docker engine's socket.</summary>
    public string DockerSocket { get; init; } = "/var/run/docker.sock";

    public ImmutableSortedDictionary<string, string> EngineLabels { get; init; } = StringMap.Empty;

    /// <summary>CPU and memory that tasks do not get: for the host itself.</summary>
    public NodeResources Reserve { get; init; } = new();

    /// <summary>What this host has beside CPU and memory, and beside what a Docker engine says.</summary>
    public ImmutableArray<GenericResource> GenericResources { get; init; } = [];

    public LogFormat LogFormat { get; init; }

    /// <inheritdoc cref="RaftNodeOptions.Heartbeat"/>
    public TimeSpan RaftHeartbeat { get; init; } = RaftNodeOptions.DefaultHeartbeat;

    /// <inheritdoc cref="RaftNodeOptions.Election"/>
    public TimeSpan RaftElection { get; init; } = RaftNodeOptions.DefaultElection;

    /// <summary>
    /// Changes after which a manager's log is replaced by a snapshot; a tenth of them stays for managers that lag.
    /// </summary>
    public int RaftSnapshotEntries { get; init; } = RaftNodeOptions.DefaultSnapshotEntries;

    /// <param name="machineName">the host's own name, when none is set</param>
    /// <exception cref="OptionException">a value cannot be used</exception>
    public static DaemonOptions From(OptionSources sources, string machineName)
    {
        var defaults = new DaemonOptions();
        var options = new DaemonOptions
        {
            DataDirectory = Path.GetFullPath(One(sources, "data-dir") ?? defaults.DataDirectory),
            SocketPath = Path.GetFullPath(OptionValues.UnixPath(One(sources, "socket") ?? defaults.SocketPath)),
            TcpHosts = [.. Many(sources, "hosts", OptionValues.LoopbackHost)],
            Listen = Parse(sources, "listen-addr", OptionValues.EndPoint) ?? defaults.Listen,
            Advertise = One(sources, "advertise-addr") ?? defaults.Advertise,
            Hostname = Parse(sources, "hostname", OptionValues.Hostname) ?? machineName,
            Runtime = Parse(sources, "runtime", text => (RuntimeChoice?)OptionValues.OneOf<RuntimeChoice>(text))
                ?? defaults.Runtime,
            DockerSocket = Parse(sources, "docker-host", OptionValues.DockerSocket) ?? defaults.DockerSocket,
            EngineLabels = StringMap.Empty.SetItems(Many(sources, "engine-labels", OptionValues.Label)),
            Reserve = ResourceOptions.Sum(Many(sources, "reserve", ResourceOptions.Reserve)),
            GenericResources =
                ResourceOptions.Checked(Many(sources, "generic-resources", ResourceOptions.Generic)),
            LogFormat = Parse(sources, "log-format", text => (LogFormat?)OptionValues.OneOf<LogFormat>(text))
                ?? defaults.LogFormat,
            RaftHeartbeat = Parse(sources, "raft-heartbeat", OptionValues.Duration) ?? defaults.RaftHeartbeat,
            RaftElection = Parse(sources, "raft-election", OptionValues.Duration) ?? defaults.RaftElection,
            RaftSnapshotEntries = Parse(sources, "raft-snapshot-entries", OptionValues.SnapshotEntries)
                ?? defaults.RaftSnapshotEntries,
        };
        options.CheckRaft();
        return options;
    }

    /// <summary>The log of a manager on this host.</summary>
    internal RaftNodeOptions RaftOf(string directory, NodeId node, string address) => new()
    {
        Directory = directory,
        Node = node.Value,
        Address = address,
        Heartbeat = RaftHeartbeat,
        Election = RaftElection,
        SnapshotEntries = RaftSnapshotEntries,
        KeptEntries = RaftSnapshotEntries / 10,
    };

    /// <summary>The two settings must fit together, also on a host that is not a manager yet.</summary>
    private void CheckRaft()
    {
        try
        {
            RaftOf(DataDirectory, new NodeId("node"), address: "").Validate();
        }
        catch (ArgumentException exception)
        {
            throw new OptionException($"--raft-heartbeat, --raft-election: {exception.Message}");
        }
    }

    private static string? One(OptionSources sources, string name) => Parse(sources, name, text => text);

    private static T? Parse<T>(OptionSources sources, string name, Func<string, T?> parse)
    {
        if (sources.Find(name) is not { } setting)
            return default;
        if (setting.Values is not [var value])
            throw new OptionException($"{setting.Source}: expected one value, got {setting.Values.Length}");
        return Checked(setting, value, parse);
    }

    private static IEnumerable<T> Many<T>(OptionSources sources, string name, Func<string, T> parse) =>
        sources.Find(name) is { } setting ? setting.Values.Select(value => Checked(setting, value, parse)) : [];

    private static T Checked<T>(Setting setting, string value, Func<string, T> parse)
    {
        try
        {
            return parse(value);
        }
        catch (FormatException exception)
        {
            throw new OptionException($"{setting.Source}: '{value}': {exception.Message}");
        }
    }
}
