namespace Orchestrator.Model;

/// <summary>
/// The life of a task, in order. Observed state only grows; the desired state uses <see cref="Ready"/>,
/// <see cref="Running"/>, <see cref="Complete"/>, <see cref="Shutdown"/> and <see cref="Remove"/>.
/// The numbers are those of swarm mode and are on disk.
/// </summary>
public enum TaskState
{
    New = 0,
    Pending = 64,
    Assigned = 192,
    Accepted = 256,
    Preparing = 320,
    Ready = 384,
    Starting = 448,
    Running = 512,
    Complete = 576,
    Shutdown = 640,
    Failed = 704,
    Rejected = 768,
    Remove = 800,
    Orphaned = 832,
}

public static class TaskStates
{
    /// <summary>The task has ended (or never will run): nothing more happens to it but removal.</summary>
    public static bool IsTerminal(this TaskState state) => state > TaskState.Running;

    /// <summary>The task uses resources of its node.</summary>
    public static bool HoldsResources(this TaskState state) => state is >= TaskState.Assigned and <= TaskState.Running;

    /// <summary>The word the API and the tables use.</summary>
    public static string Word(this TaskState state) => state switch
    {
        TaskState.New => "new",
        TaskState.Pending => "pending",
        TaskState.Assigned => "assigned",
        TaskState.Accepted => "accepted",
        TaskState.Preparing => "preparing",
        TaskState.Ready => "ready",
        TaskState.Starting => "starting",
        TaskState.Running => "running",
        TaskState.Complete => "complete",
        TaskState.Shutdown => "shutdown",
        TaskState.Failed => "failed",
        TaskState.Rejected => "rejected",
        TaskState.Remove => "remove",
        TaskState.Orphaned => "orphaned",
    };
}
