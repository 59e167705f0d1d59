using Orchestrator.Runtime;

namespace Orchestrator.Agents;

/// <summary>What is known of a task's container at this moment.</summary>
public abstract record Sighting
{
    private Sighting()
    {
    }

    /// <summary>Nobody has looked since something may have changed.</summary>
    public static Sighting Unknown { get; } = new NotLooked();

    /// <summary>There is no container.</summary>
    public static Sighting Absent { get; } = new None();

    public static Sighting Of(ContainerObservation? container) => container is null ? Absent : new Seen(container);

    public sealed record Seen(ContainerObservation Container) : Sighting;

    public sealed record NotLooked : Sighting;

    public sealed record None : Sighting;
}
