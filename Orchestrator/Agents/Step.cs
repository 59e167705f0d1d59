
namespace Orchestrator.Agents;

/// <summary>The next thing to do for a task.</summary>
public abstract record Step
{
    private Step()
    {
    }

    /// <summary>A call to the runtime: limited in number, may fail, may have to wait.</summary>
    public abstract record Call : Step;

    /// <summary>Make everything ready short of starting.</summary>
    public sealed record Prepare : Call;

    public sealed record Start(string ContainerId) : Call;

    /// <param name="Unhealthy">because of its health check, not because the managers want it</param>
    public sealed record Stop(string ContainerId, TimeSpan Grace, bool Unhealthy) : Call;

    /// <summary>Kill and delete the container.</summary>
    public sealed record Remove(string ContainerId) : Call;

    /// <summary>Look at the container.</summary>
    public sealed record Inspect(string ContainerId) : Call;

    /// <summary>Find the container whose id is not known, if there is one.</summary>
    public sealed record Locate : Call;

    /// <summary>Take over this status and tell the managers.</summary>
    public sealed record Report(TaskStatus Status) : Step;

    /// <summary>Nothing to do until something happens, or until that moment.</summary>
    public sealed record Wait(DateTimeOffset? Until) : Step;

    /// <summary>Nothing is left of the task.</summary>
    public sealed record Forget : Step;
}
