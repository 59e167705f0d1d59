namespace Orchestrator.Cli.Convergence;

internal enum ServiceKind
{
    Replicated,
    Global,
    ReplicatedJob,
    GlobalJob,
}

/// <summary>One task that runs the current specification, or ran it.</summary>
internal sealed record ObservedTask(int Slot, string NodeId, string State, string DesiredState)
{
    /// <summary>Why it does not run; "" when nothing is wrong.</summary>
    public string Reason { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A service at one moment.</summary>
/// <param name="Wanted">tasks that should run, or should complete for a job; not used for global ones</param>
internal sealed record Observation(string Name, ServiceKind Kind, int Wanted)
{
    /// <summary>As the API calls it; "" when there is no update.</summary>
    public string UpdateState { get; init; } = "";

    public string UpdateMessage { get; init; } = "";

    public IReadOnlyList<ObservedTask> Tasks { get; init; } = [];

    /// <summary>Names of the nodes that are not down, by id.</summary>
    public IReadOnlyDictionary<string, string> Nodes { get; init; } = ImmutableDictionary<string, string>.Empty;

    public bool IsJob => Kind is ServiceKind.ReplicatedJob or ServiceKind.GlobalJob;

    public bool IsGlobal => Kind is ServiceKind.Global or ServiceKind.GlobalJob;
}
