using Orchestrator.Model;

namespace Orchestrator.Runtime.Processes;

/// <summary>What to run, worked out in full: the shim adds nothing to it. Kept as the file <c>spec</c>.</summary>
internal sealed record TaskPlan
{
    internal required TaskId TaskId { get; init; }

    internal required ClusterId ClusterId { get; init; }

    /// <summary>
    /// First the absolute path of what is executed: the program, or what switches user and limits for it.
    /// </summary>
    internal required ImmutableArray<string> Argv { get; init; }

    /// <summary>
    /// How much of <see cref="Argv"/> stands before the program: a health check is started through it too.
    /// </summary>
    internal int PrefixLength { get; init; }

    internal ImmutableArray<string> Env { get; init; } = [];

    internal string Directory { get; init; } = "/";

    /// <summary><c>controller:directory</c>, an empty controller for the unified hierarchy.</summary>
    internal ImmutableArray<string> Cgroups { get; init; } = [];

    internal ResourceLimits Limits { get; init; } = new();

    internal long OomScoreAdj { get; init; }

    internal long LogBytes { get; init; } = 10 << 20;

    internal long LogFiles { get; init; } = 2;

    internal int StopSignal { get; init; } = 15;

    internal ImmutableArray<PortConfig> Ports { get; init; } = [];

    /// <summary>Empty: no health check.</summary>
    internal ImmutableArray<string> HealthTest { get; init; } = [];

    internal HealthCheck Health { get; init; } = new();

    internal void Save(string path)
    {
        var file = new FieldFile();
        file.Add("task", TaskId.Value);
        file.Add("cluster", ClusterId.Value);
        file.AddAll("arg", Argv);
        file.Add("prefix", PrefixLength);
        file.AddAll("env", Env);
        file.Add("dir", Directory);
        file.AddAll("cgroup", Cgroups);
        file.Add("nanocpus", Limits.NanoCpus);
        file.Add("memory", Limits.MemoryBytes);
        file.Add("pids", Limits.Pids);
        file.Add("oom", OomScoreAdj);
        file.Add("logbytes", LogBytes);
        file.Add("logfiles", LogFiles);
        file.Add("stop", StopSignal);
        file.AddAll("port", Ports.Select(PortText.Write));
        file.AddAll("health", HealthTest);
        file.Add("interval", Health.Interval.Ticks);
        file.Add("timeout", Health.Timeout.Ticks);
        file.Add("startperiod", Health.StartPeriod.Ticks);
        file.Add("startinterval", Health.StartInterval.Ticks);
        file.Add("retries", Health.Retries);
        file.Save(path);
    }

    /// <returns>null when there is none, or not a whole one</returns>
    internal static TaskPlan? Load(string path)
    {
        var file = FieldFile.Load(path);
        var argv = file?.All("arg") ?? [];
        if (file is null || argv.IsEmpty)
            return null;
        return new TaskPlan
        {
            TaskId = new TaskId(file.Text("task")),
            ClusterId = new ClusterId(file.Text("cluster")),
            Argv = argv,
            PrefixLength = (int)file.Number("prefix"),
            Env = file.All("env"),
            Directory = file.Text("dir"),
            Cgroups = file.All("cgroup"),
            Limits = new ResourceLimits
            {
                NanoCpus = file.Number("nanocpus"),
                MemoryBytes = file.Number("memory"),
                Pids = file.Number("pids"),
            },
            OomScoreAdj = file.Number("oom"),
            LogBytes = file.Number("logbytes"),
            LogFiles = file.Number("logfiles"),
            StopSignal = (int)file.Number("stop"),
            Ports = PortText.ReadAll(file.All("port")),
            HealthTest = file.All("health"),
            Health = new HealthCheck
            {
                Interval = new TimeSpan(file.Number("interval")),
                Timeout = new TimeSpan(file.Number("timeout")),
                StartPeriod = new TimeSpan(file.Number("startperiod")),
                StartInterval = new TimeSpan(file.Number("startinterval")),
                Retries = (int)file.Number("retries"),
            },
        };
    }
}

/// <summary>A port as one field: <c>target published protocol mode[@address] name</c>.</summary>
internal static class PortText
{
    private const char At = '@';

    internal static string Write(PortConfig port) =>
        $"{port.Target} {port.Published} {(int)port.Protocol} {(int)port.Mode}{Address(port)} {port.Name}";

    private static string Address(PortConfig port) => port.HostIp.Length == 0 ? "" : $"{At}{port.HostIp}";

    internal static ImmutableArray<PortConfig> ReadAll(ImmutableArray<string> lines)
    {
        var ports = ImmutableArray.CreateBuilder<PortConfig>(lines.Length);
        foreach (var line in lines)
            if (line.Split(' ', 5) is [var target, var published, var protocol, var modeAt, var name])
            {
                var (mode, address) = modeAt.Split(At) is [var only, var at] ? (only, at) : (modeAt, "");
                ports.Add(new PortConfig
                {
                    Target = uint.Parse(target),
                    Published = uint.Parse(published),
                    Protocol = (PortProtocol)int.Parse(protocol),
                    Mode = (PublishMode)int.Parse(mode),
                    HostIp = address,
                    Name = name,
                });
            }
        return ports.ToImmutable();
    }
}
