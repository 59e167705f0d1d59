using Orchestrator.Serialization;

namespace Orchestrator.Model;

/// <summary>What a node's agent says on its session stream. One record a frame.</summary>
[Union(0, typeof(AgentHello))]
[Union(1, typeof(AgentHeartbeat))]
[Union(2, typeof(AgentStatusReport))]
[Union(3, typeof(AgentDescription))]
public abstract record AgentMessage;

/// <summary>First frame of a session.</summary>
[MessagePackObject]
public sealed record AgentHello : AgentMessage
{
    [Key(0)] public NodeDescription Description { get; init; } = new();
}

/// <summary>Sent once in each period that <see cref="SessionSettings"/> names.</summary>
[MessagePackObject]
public sealed record AgentHeartbeat : AgentMessage;

/// <summary>The newest status of each task that changed since the last report.</summary>
[MessagePackObject]
public sealed record AgentStatusReport : AgentMessage
{
    /// <summary>Counts up within a session; <see cref="StatusReceipt"/> names the last one that is durable.</summary>
    [Key(0)] public ulong Number { get; init; }

    [Key(1)] public ImmutableArray<TaskStatusUpdate> Updates { get; init; } = [];
}

[MessagePackObject]
public sealed record TaskStatusUpdate
{
    [Key(0)] public required TaskId TaskId { get; init; }

    [Key(1)] public required TaskStatus Status { get; init; }
}

/// <summary>The node describes itself anew: engine stopped or back, resources or labels changed.</summary>
[MessagePackObject]
public sealed record AgentDescription : AgentMessage
{
    [Key(0)] public NodeDescription Description { get; init; } = new();
}

/// <summary>What a manager says on a session stream.</summary>
[Union(0, typeof(SessionSettings))]
[Union(1, typeof(AssignmentSet))]
[Union(2, typeof(StatusReceipt))]
[Union(3, typeof(LogRequest))]
[Union(4, typeof(LogCancel))]
[Union(5, typeof(NodeRemoved))]
public abstract record ManagerMessage;

/// <summary>First frame of a session, and again whenever something in it changes.</summary>
[MessagePackObject]
public sealed record SessionSettings : ManagerMessage
{
    [Key(0)] public TimeSpan HeartbeatPeriod { get; init; } = Defaults.HeartbeatPeriod;

    /// <summary>Every manager's <c>ip:port</c>, for the next connection.</summary>
    [Key(1)] public ImmutableArray<string> Managers { get; init; } = [];

    /// <summary>
    /// The role that the managers want of this node: a certificate of another one is to be renewed. null = unsaid.
    /// </summary>
    [Key(2)] public NodeRole? Role { get; init; }

    /// <summary>Of the managers' group; another one after a restore or a recovery by force. 0 = unsaid.</summary>
    [Key(3)] public ulong Incarnation { get; init; }

    /// <summary>
    /// In which the manager leads. Within an incarnation the one with the highest leads; others do not know that yet.
    /// </summary>
    [Key(4)] public ulong Term { get; init; }
}

/// <summary>
/// The node's tasks: all of them (<see cref="Complete"/>), or what changed against the set numbered <see
/// cref="AppliesTo"/>.
/// A mismatch means a lost frame: the agent reconnects and gets a complete set.
/// </summary>
[MessagePackObject]
public sealed record AssignmentSet : ManagerMessage
{
    [Key(0)] public bool Complete { get; init; }

    [Key(1)] public ulong AppliesTo { get; init; }

    [Key(2)] public ulong ResultsIn { get; init; }

    /// <summary>New and changed tasks.</summary>
    [Key(3)] public ImmutableArray<Assignment> Put { get; init; } = [];

    /// <summary>Tasks that no longer exist: stop them, remove what is left of them, forget them.</summary>
    [Key(4)] public ImmutableArray<TaskId> Removed { get; init; } = [];
}

/// <summary>All a node needs to run one task.</summary>
[MessagePackObject]
public sealed record Assignment
{
    [Key(0)] public required TaskId TaskId { get; init; }

    [Key(1)] public required ServiceId ServiceId { get; init; }

    [Key(2)] public string ServiceName { get; init; } = "";

    [Key(3)] public ImmutableSortedDictionary<string, string> ServiceLabels { get; init; } = StringMap.Empty;

    [Key(4)] public int Slot { get; init; }

    [Key(5)] public required NodeId NodeId { get; init; }

    /// <summary>Hold in <see cref="TaskState.Ready"/>, run to <see cref="TaskState.Running"/>, or stop.</summary>
    [Key(6)] public TaskState Desired { get; init; }

    /// <summary>What the managers know already; the agent reports only what goes beyond it.</summary>
    [Key(7)] public TaskStatus Known { get; init; } = new();

    [Key(8)] public required TaskTemplate Template { get; init; }

    /// <summary>Ports to bind on the host.</summary>
    [Key(9)] public ImmutableArray<PortConfig> HostPorts { get; init; } = [];

    /// <summary>A secret: never logged.</summary>
    [Key(10)] public string RegistryAuth { get; init; } = "";

    /// <summary>Units of generic resources that are this task's own.</summary>
    [Key(11)] public ImmutableArray<GenericResource> Granted { get; init; } = [];

    /// <summary>The tasks that it shares network or volumes of.</summary>
    [Key(12)] public ImmutableArray<SharedTask> Shared { get; init; } = [];

    /// <summary><c>service.slot.taskid</c>, or <c>service.nodeid.taskid</c> for slot 0.</summary>
    public string TaskName => $"{ServiceName}.{(Slot == 0 ? NodeId.Value : Slot)}.{TaskId}";
}

/// <summary>Every report up to this number is durable; the agent may forget those statuses.</summary>
[MessagePackObject]
public sealed record StatusReceipt : ManagerMessage
{
    [Key(0)] public ulong Number { get; init; }
}

/// <summary>Asks the agent to send logs of its tasks on a stream of their own, named by the request.</summary>
[MessagePackObject]
public sealed record LogRequest : ManagerMessage
{
    [Key(0)] public required string RequestId { get; init; }

    [Key(1)] public ImmutableArray<TaskId> Tasks { get; init; } = [];

    [Key(2)] public LogOptions Options { get; init; } = new();
}

/// <summary>Nobody reads that log stream any more.</summary>
[MessagePackObject]
public sealed record LogCancel : ManagerMessage
{
    [Key(0)] public required string RequestId { get; init; }
}

/// <summary>The node was removed from the cluster: stop every task, forget the cluster.</summary>
[MessagePackObject]
public sealed record NodeRemoved : ManagerMessage;

/// <summary>Which part of a log is wanted.</summary>
[MessagePackObject]
public sealed record LogOptions
{
    [Key(0)] public bool Stdout { get; init; } = true;

    [Key(1)] public bool Stderr { get; init; } = true;

    [Key(2)] public bool Follow { get; init; }

    /// <summary>Only lines at or after this moment.</summary>
    [Key(3)] public DateTimeOffset? Since { get; init; }

    /// <summary>Last lines of each task; -1 = all.</summary>
    [Key(4)] public int Tail { get; init; } = -1;
}

public enum LogStream
{
    Stdout = 1,
    Stderr = 2,

    /// <summary>Not from the task: why its log is incomplete.</summary>
    System = 3,
}

/// <summary>What a node's agent says on a log stream. One record a frame.</summary>
[Union(0, typeof(LogLine))]
[Union(1, typeof(LogEnd))]
public abstract record LogMessage;

/// <summary>One line of one task, with its line end. A longer line than 64 KiB comes in pieces without one.</summary>
[MessagePackObject]
public sealed record LogLine : LogMessage
{
    [Key(0)] public required TaskId TaskId { get; init; }

    [Key(1)] public LogStream Stream { get; init; }

    [Key(2)] public DateTimeOffset Timestamp { get; init; }

    [Key(3)] public ReadOnlyMemory<byte> Text { get; init; }
}

/// <summary>Everything that was asked for has been sent. A stream that ends without it has broken off.</summary>
[MessagePackObject]
public sealed record LogEnd : LogMessage;
