using System.CommandLine;
using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Specs;

/// <summary>Resources, where tasks go, logs, and how many.</summary>
internal static class PlacementFlags
{
    /// <summary>Docker's specification has no field for it: it travels as a label.</summary>
    public const string StrategyLabel = "swarmnet.strategy";

    private const string PriorityLabel = "swarmnet.priority";
    private const string PreemptLabel = "swarmnet.preempt";
    private const int HighestPriority = 1000;

    public static readonly string[] Strategies = ["spread", "binpack", "random"];

    public static readonly string[] Rebalancing = ["auto", "off"];

    private const string RebalanceLabel = "swarmnet.rebalance";

    public static IEnumerable<Option> Options() =>
    [
        Flag.Text("--limit-cpu", "CPUs it may use at most, 0.5 or 2", "decimal"),
        Flag.Text("--limit-memory", "Memory it may use at most, 512m or 1.5g", "bytes"),
        Flag.Text("--limit-pids", "Processes and threads at most (default 0 = no limit)", "int"),
        Flag.Text("--reserve-cpu", "CPUs set aside for it on its node", "decimal"),
        Flag.Text("--reserve-memory", "Memory set aside for it on its node", "bytes"),
        Flag.Text("--replicas", "Number of tasks (default 1)", "uint"),
        Flag.Text("--replicas-max-per-node", "Tasks on one node at most (default 0 = no limit)", "uint"),
        Flag.Text("--max-concurrent", "Job tasks that run at once (default: all)", "uint"),
        Flag.Text("--strategy", "How to choose among nodes that fit: spread, binpack, random", "strategy"),
        Flag.Text("--priority", "From -1000 to 1000 (default 0): higher is placed first when room is short", "int"),
        Flag.Switch("--preempt", "It may push out tasks of lower priority when it fits nowhere"),
        Flag.Text("--rebalance", "auto: move tasks when nodes join or come back (default off)", "auto|off"),
        Flag.Text("--network-from", "Run beside a task of this service, and share its network", "service"),
        Flag.Text("--log-driver", "Log driver of the containers"),
        Flag.List("--log-opt", "Option of the log driver, key=value"),
        Flag.Text("--endpoint-mode", "vip or dnsrr (default vip)"),
    ];

    public static void Apply(Invocation run, ServiceSpecDto spec)
    {
        ApplyResources(run, spec);
        if (run.Has("--replicas-max-per-node"))
            spec.Placement().MaxReplicas = run.Count("--replicas-max-per-node") ?? 0;
        if (run.Choice("--strategy", Strategies) is { } strategy)
            spec.Labels = KeyValues.With(spec.Labels, $"{StrategyLabel}={strategy}");
        if (run.Parse("--priority", ParsePriority) is { } priority)
            spec.Labels = KeyValues.With(spec.Labels, $"{PriorityLabel}={priority}");
        if (run.Has("--preempt"))
            spec.Labels = KeyValues.With(spec.Labels, $"{PreemptLabel}={(run.IsOn("--preempt") ? "true" : "false")}");
        if (run.Choice("--rebalance", Rebalancing) is { } rebalance)
            spec.Labels = KeyValues.With(spec.Labels, $"{RebalanceLabel}={rebalance}");
        if (run.Text("--network-from") is { } network)
            DependencyLabels.WriteNetwork(spec, network);
        if (run.Choice("--endpoint-mode", "vip", "dnsrr") is { } mode)
            spec.Endpoint().Mode = mode;
        if (run.Has("--log-driver") || run.Has("--log-opt"))
            spec.Task().LogDriver = LogDriver(run);
    }

    private static void ApplyResources(Invocation run, ServiceSpecDto spec)
    {
        if (run.Parse("--limit-cpu", SizeSyntax.ParseNanoCpus) is { } cpus)
            spec.Limits().NanoCpus = cpus;
        if (run.Parse("--limit-memory", SizeSyntax.ParseBytes) is { } memory)
            spec.Limits().MemoryBytes = memory;
        if (run.Count("--limit-pids") is { } pids)
            spec.Limits().Pids = (long)Math.Min(pids, long.MaxValue);
        if (run.Parse("--reserve-cpu", SizeSyntax.ParseNanoCpus) is { } reservedCpus)
            spec.Reservations().NanoCpus = reservedCpus;
        if (run.Parse("--reserve-memory", SizeSyntax.ParseBytes) is { } reservedMemory)
            spec.Reservations().MemoryBytes = reservedMemory;
    }

    private static int ParsePriority(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority)
            && priority is >= -HighestPriority and <= HighestPriority
            ? priority
            : throw new FormatException($"need a whole number from -{HighestPriority} to {HighestPriority}");

    private static DriverDto LogDriver(Invocation run)
    {
        IReadOnlyDictionary<string, string>? options = null;
        foreach (var text in run.List("--log-opt"))
            options = run.Read("--log-opt", text, pair => KeyValues.With(options, pair));
        return new DriverDto { Name = run.Text("--log-driver"), Options = options };
    }

    public static ServiceModeDto Mode(Invocation run)
    {
        var mode = run.Choice("--mode", "replicated", "global", "replicated-job", "global-job") ?? "replicated";
        var counted = mode is "replicated" or "replicated-job";
        if (!counted && run.Has("--replicas"))
            throw CliException.Usage($"--replicas does not fit --mode {mode}: it runs one task on each node");
        if (mode != "replicated-job" && run.Has("--max-concurrent"))
            throw CliException.Usage("--max-concurrent is for --mode replicated-job");
        return mode switch
        {
            "global" => new ServiceModeDto { Global = new EmptyDto() },
            "global-job" => new ServiceModeDto { GlobalJob = new EmptyDto() },
            "replicated-job" => new ServiceModeDto { ReplicatedJob = Job(run, new ReplicatedJobDto()) },
            _ => new ServiceModeDto { Replicated = new ReplicatedModeDto { Replicas = run.Count("--replicas") } },
        };
    }

    public static void ApplyScale(Invocation run, ServiceModeDto mode)
    {
        if (mode.ReplicatedJob is { } job)
            Job(run, job);
        else if (run.Has("--max-concurrent"))
            throw CliException.Usage("--max-concurrent is for jobs");
        else if (run.Count("--replicas") is { } replicas)
            (mode.Replicated ?? throw CliException.Usage("--replicas does not fit a global service"))
                .Replicas = replicas;
    }

    private static ReplicatedJobDto Job(Invocation run, ReplicatedJobDto job)
    {
        var total = run.Count("--replicas");
        job.TotalCompletions = total ?? job.TotalCompletions ?? 1;
        job.MaxConcurrent = run.Count("--max-concurrent") ?? total ?? job.MaxConcurrent ?? 1;
        return job;
    }
}
