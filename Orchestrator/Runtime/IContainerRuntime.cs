using Orchestrator.Model;

namespace Orchestrator.Runtime;

/// <summary>
/// What starts tasks on a host. Calls are idempotent by task id, so that a daemon that was killed at any moment can
/// call again.
/// It sees and touches only what carries the label of this cluster's tasks.
/// </summary>
public interface IContainerRuntime : IAsyncDisposable
{
    /// <summary><c>docker</c> or <c>process</c>.</summary>
    string Kind { get; }

    /// <summary>Resources, version, plugins. Hostname, engine labels and daemon version are the caller's.</summary>
    /// <exception cref="RuntimeException">Unavailable: the engine does not answer</exception>
    Task<NodeDescription> DescribeAsync(CancellationToken ct);

    /// <summary>
    /// Everything short of starting: image (pulled only if absent), volumes, container. Returns the container id.
    /// </summary>
    /// <exception cref="RuntimeException">NotYet: a task that it shares something of does not run here</exception>
    Task<string> PrepareAsync(RuntimeTask task, CancellationToken ct);

    /// <summary>Starts it; does nothing when it runs already.</summary>
    Task StartAsync(string containerId, CancellationToken ct);

    /// <summary>
    /// Stop signal, then kill after the grace period; does nothing when it has ended. Completes when it has.
    /// </summary>
    Task StopAsync(string containerId, TimeSpan grace, CancellationToken ct);

    /// <summary>Kills it and removes every trace but named volumes; does nothing when it is gone.</summary>
    Task RemoveAsync(string containerId, CancellationToken ct);

    /// <summary>null when there is no such container.</summary>
    Task<ContainerObservation?> InspectAsync(string containerId, CancellationToken ct);

    /// <summary>
    /// Every container of this cluster's tasks, running or not. Of those that run, process id and times may be left
    /// out:
    /// <see cref="InspectAsync"/> tells them.
    /// </summary>
    Task<IReadOnlyList<ContainerObservation>> ListAsync(CancellationToken ct);

    /// <summary>
    /// Names containers that changed, as hints to look: coalesced, perhaps more than did. Resumes by itself after a
    /// drop
    /// of the connection without losing a change; ends only by cancellation.
    /// </summary>
    IAsyncEnumerable<RuntimeEvent> WatchAsync(CancellationToken ct);

    /// <summary>
    /// The container's log, one line an item, in order. Ends at the log's end, or with the container when following.
    /// </summary>
    IAsyncEnumerable<LogLine> LogsAsync(ContainerObservation container, LogOptions options, CancellationToken ct);

    Task<ContainerStats> StatsAsync(string containerId, CancellationToken ct);
}

/// <summary>A task ready for a runtime: templates expanded.</summary>
/// <param name="ClusterId">only containers of this cluster are ours</param>
/// <param name="Name">name of the container</param>
/// <param name="Container">with expanded templates</param>
public sealed record RuntimeTask(
    TaskId TaskId,
    ClusterId ClusterId,
    NodeId NodeId,
    ServiceId ServiceId,
    string ServiceName,
    string Name,
    ContainerSpec Container)
{
    public ResourceLimits Limits { get; init; } = new();

    public ImmutableArray<PortConfig> HostPorts { get; init; } = [];

    /// <summary>Paths of devices of the host that are this task's own.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];

    public DriverConfig? LogDriver { get; init; }

    public ImmutableArray<SharedSource> Shared { get; init; } = [];

    /// <summary>A secret: never logged.</summary>
    public string RegistryAuth { get; init; } = "";
}

/// <summary>A task on the same host whose container's network or volumes another one shares.</summary>
/// <param name="Dependency">what is shared of it</param>
public sealed record SharedSource(TaskId TaskId, Dependency Dependency);

public enum ContainerState
{
    Created,
    Running,
    Exited,
}

public enum ContainerHealth
{
    /// <summary>No health check.</summary>
    None,
    Starting,
    Healthy,
    Unhealthy,
}

/// <summary>What is the case with one container.</summary>
public sealed record ContainerObservation(string ContainerId, TaskId TaskId, ContainerState State)
{
    public int Pid { get; init; }

    /// <summary>null while it runs, and when it cannot be known.</summary>
    public int? ExitCode { get; init; }

    public bool OutOfMemory { get; init; }

    public ContainerHealth Health { get; init; }

    /// <summary>The runtime's own words when it could not run it.</summary>
    public string Error { get; init; } = "";

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Host-mode ports with the numbers that are bound.</summary>
    public ImmutableArray<PortConfig> Ports { get; init; } = [];

    /// <summary>Its log is one raw stream without frames.</summary>
    public bool Tty { get; init; }
}

/// <summary>Look at this container; a null <see cref="ContainerId"/> means: look at all of them.</summary>
public readonly record struct RuntimeEvent(string? ContainerId);

/// <summary>One reading.</summary>
/// <param name="CpuNanoseconds">CPU time since the start</param>
/// <param name="MemoryBytes">in use now, without file cache</param>
/// <param name="MemoryLimitBytes">0 = no limit</param>
public sealed record ContainerStats(long CpuNanoseconds, long MemoryBytes, long MemoryLimitBytes, long Pids);

public enum RuntimeFailure
{
    /// <summary>The runtime does not answer: try again later, the task is not to blame.</summary>
    Unavailable,

    /// <summary>It will never work like this here: no such image, bad mount, port taken, bad settings.</summary>
    Rejected,

    /// <summary>The container is gone.</summary>
    NotFound,

    /// <summary>What the task shares does not run yet: try again soon, the runtime is well.</summary>
    NotYet,
}

/// <summary>A runtime call failed; the message is fit for a user to read.</summary>
public sealed class RuntimeException(RuntimeFailure failure, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public RuntimeFailure Failure { get; } = failure;
}
