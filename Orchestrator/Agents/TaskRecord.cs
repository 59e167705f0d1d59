using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Agents;

/// <summary>What the agent knows of one task, and keeps on disk.</summary>
[MessagePackObject]
public sealed record TaskRecord
{
    [Key(0)] public required Assignment Assignment { get; init; }

    /// <summary>The newest observed state; it only grows.</summary>
    [Key(1)] public TaskStatus Status { get; init; } = new();

    /// <summary>Empty until there is a container.</summary>
    [Key(2)] public string ContainerId { get; init; } = "";

    /// <summary>The runtime has accepted a start: it must not be started again.</summary>
    [Key(3)] public bool Started { get; init; }

    /// <summary>The runtime has completed a stop.</summary>
    [Key(4)] public bool Stopped { get; init; }

    /// <summary>It is being stopped because its health check failed.</summary>
    [Key(5)] public bool Unhealthy { get; init; }

    /// <summary>The managers have forgotten the task: what is left of it goes.</summary>
    [Key(6)] public bool Dropped { get; init; }

    /// <summary>Runtime calls in a row that the runtime did not answer.</summary>
    [Key(7)] public int Failures { get; init; }

    /// <summary>No runtime call before this moment.</summary>
    [Key(8)] public DateTimeOffset? RetryAt { get; init; }

    public TaskId TaskId => Assignment.TaskId;

    public TimeSpan Grace => Assignment.Template.Container.StopGracePeriod ?? Defaults.StopGracePeriod;

    public static TaskRecord New(Assignment wanted) => new()
    {
        Assignment = wanted,
        Status = wanted.Known.State > TaskState.Assigned
            ? wanted.Known
            : wanted.Known with { State = TaskState.Assigned },
        ContainerId = wanted.Known.Container?.ContainerId ?? "",
    };

    /// <summary>For a container that is ours but of no known task.</summary>
    public static TaskRecord Leftover(TaskId task, string containerId) => new()
    {
        Assignment = new Assignment
        {
            TaskId = task,
            ServiceId = new ServiceId(""),
            NodeId = new NodeId(""),
            Desired = TaskState.Remove,
            Template = new TaskTemplate { Container = new ContainerSpec { Image = "" } },
        },
        ContainerId = containerId,
        Dropped = true,
    };

    /// <summary>The managers' newest word. What they want and what they know only grows.</summary>
    public TaskRecord Merge(Assignment wanted) => this with
    {
        Assignment = wanted.Desired >= Assignment.Desired ? wanted : wanted with { Desired = Assignment.Desired },
        Status = wanted.Known.State > Status.State ? wanted.Known : Status,
        Dropped = false,
    };

    /// <summary>Whoever knows that status would learn nothing from this task's.</summary>
    public bool IsKnownAs(TaskStatus known) =>
        Status.State < known.State
        || (Status.State == known.State
            && Status.Error == known.Error
            && Status.Message == known.Message
            && Status.Container == known.Container);
}
