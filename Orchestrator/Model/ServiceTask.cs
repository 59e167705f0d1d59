using Orchestrator.Serialization;

namespace Orchestrator.Model;

/// <summary>
/// One piece of work: a revision of a service's template, to run once on one node. Never moved and never restarted:
/// a restart, an update and a reschedule each make another task in the same slot.
/// </summary>
[MessagePackObject]
public sealed record ServiceTask : IStoreObject
{
    [Key(0)] public required TaskId Id { get; init; }

    [Key(1)] public ObjectMeta Meta { get; init; } = new();

    [Key(2)] public required ServiceId ServiceId { get; init; }

    /// <summary>1, 2, … for replicated services; 0 when the node is the slot.</summary>
    [Key(3)] public int Slot { get; init; }

    /// <summary>Number of the <see cref="ServiceRevision"/> whose template this task runs.</summary>
    [Key(4)] public ulong Revision { get; init; }

    /// <summary>Where it runs; null until the scheduler has placed it.</summary>
    [Key(5)] public NodeId? NodeId { get; init; }

    /// <summary>What managers want; written by managers only.</summary>
    [Key(6)] public TaskState Desired { get; init; } = TaskState.Running;

    /// <summary>What is the case; from <see cref="TaskState.Accepted"/> on written for the node's agent.</summary>
    [Key(7)] public TaskStatus Status { get; init; } = new();

    /// <summary>Set on a task that replaces an ended one.</summary>
    [Key(8)] public RestartRecord? Restart { get; init; }

    /// <summary>
    /// What of its node is this task's own, chosen when it was placed; null when numbers say all there is to say.
    /// </summary>
    [Key(9)] public TaskGrant? Grant { get; init; }

    /// <summary>Set when the managers want it to run elsewhere although its node would go on running it.</summary>
    [Key(10)] public Eviction? Eviction { get; init; }

    /// <summary>A gentle eviction was given up: it is not moved again by itself before this moment.</summary>
    [Key(11)] public DateTimeOffset? StaysUntil { get; init; }

    public string Key => Id.Value;

    public string? UniqueName => null;

    public IStoreObject WithMeta(ObjectMeta meta) => this with { Meta = meta };

    /// <summary>From the eviction's moment on it has to leave its node.</summary>
    public ServiceTask Evicted(Eviction eviction) =>
        this with { Meta = Meta.Touched(eviction.At), Eviction = eviction };
}

/// <summary>The observed state of a task.</summary>
[MessagePackObject]
public sealed record TaskStatus
{
    [Key(0)] public TaskState State { get; init; }

    /// <summary>When the state was observed, by the clock of the observer.</summary>
    [Key(1)] public DateTimeOffset Timestamp { get; init; }

    /// <summary>What is going on, in words.</summary>
    [Key(2)] public string Message { get; init; } = "";

    /// <summary>Why it is stuck or failed; empty when all is well.</summary>
    [Key(3)] public string Error { get; init; } = "";

    [Key(4)] public ContainerStatus? Container { get; init; }

    /// <summary>Host-mode ports with the numbers that are really bound.</summary>
    [Key(5)] public ImmutableArray<PortConfig> Ports { get; init; } = [];
}

/// <summary>The runtime's side of a task.</summary>
[MessagePackObject]
public sealed record ContainerStatus
{
    /// <summary>Docker: 64 hex characters. Processes: the task id.</summary>
    [Key(0)] public string ContainerId { get; init; } = "";

    /// <summary>0 when not running or not known.</summary>
    [Key(1)] public int Pid { get; init; }

    /// <summary>null while it runs, and when the exit code cannot be known.</summary>
    [Key(2)] public int? ExitCode { get; init; }
}

/// <summary>What was chosen for one task among that which its node has.</summary>
[MessagePackObject]
public sealed record TaskGrant
{
    /// <summary>Named units, each with its <see cref="GenericResource.Unit"/>; counts of those without names.</summary>
    [Key(0)] public ImmutableArray<GenericResource> Generic { get; init; } = [];

    /// <summary>Host-mode ports of the service that were given as ranges, each with the one number chosen.</summary>
    [Key(1)] public ImmutableArray<PortConfig> Ports { get; init; } = [];

    /// <summary>The tasks there that it shares network or volumes of, one for each <see cref="Dependency"/>.</summary>
    [Key(2)] public ImmutableArray<SharedTask> Shared { get; init; } = [];
}

/// <summary>A task that another one on its node shares network or volumes of.</summary>
[MessagePackObject]
public sealed record SharedTask
{
    /// <summary>Its service, as the <see cref="Dependency"/> names it.</summary>
    [Key(0)] public required string Service { get; init; }

    [Key(1)] public required TaskId TaskId { get; init; }
}

/// <summary>A task has to leave its node; the replacement in its slot follows from that.</summary>
[MessagePackObject]
public sealed record Eviction
{
    /// <summary>In words, for whoever looks at the task.</summary>
    [Key(0)] public required string Reason { get; init; }

    [Key(1)] public DateTimeOffset At { get; init; }

    /// <summary>
    /// It may take its time: within the limits of the service's updates, and after its replacement runs, unless the
    /// service's updates stop first. Else it is stopped at once.
    /// </summary>
    [Key(2)] public bool Gentle { get; init; }

    /// <summary>The waiting task that it makes room for; null when it is not for another one.</summary>
    [Key(3)] public TaskId? For { get; init; }
}

/// <summary>Why and when a replacement task may start.</summary>
[MessagePackObject]
public sealed record RestartRecord
{
    /// <summary>The task that ended.</summary>
    [Key(0)] public required TaskId Replaces { get; init; }

    /// <summary>The replacement is prepared at once but not started before this moment.</summary>
    [Key(1)] public DateTimeOffset NotBefore { get; init; }

    /// <summary>
    /// Restarts in this slot in a row without a stable run between them; 0 for a moved or updated task.
    /// </summary>
    [Key(2)] public int Failures { get; init; }

    /// <summary>
    /// Restarts that count against the policy's attempts, with their moments, newest last; limited by the policy's
    /// window.
    /// </summary>
    [Key(3)] public ImmutableArray<DateTimeOffset> Attempts { get; init; } = [];
}
