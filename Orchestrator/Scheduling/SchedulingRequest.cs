using Orchestrator.Model;
using Orchestrator.Scheduling.Expressions;
using Orchestrator.Store;

namespace Orchestrator.Scheduling;

/// <summary>What a group of equal tasks asks of a node, worked out once for all of them.</summary>
internal sealed class SchedulingRequest(ServiceId service, ServiceSpec spec)
{
    public ServiceId Service => service;

    public ServiceSpec Spec => spec;

    public NodeResources Reserved { get; } = spec.Template.Resources?.Reservations ?? new();

    /// <summary>
    /// Expressions that do not parse were refused by the API; one that slips through is null, and met by no node.
    /// </summary>
    public ImmutableArray<Constraint?> Constraints { get; } =
        [.. ConstraintsOf(spec).Where(constraint => constraint is not { IsSoft: true })];

    /// <summary>Constraints that a node had better meet.</summary>
    public ImmutableArray<Constraint> Wishes { get; } =
        [.. ConstraintsOf(spec).OfType<Constraint>().Where(constraint => constraint.IsSoft)];

    public ImmutableArray<Platform> Platforms { get; } = spec.Template.Placement?.Platforms ?? [];

    public ulong MaxReplicasPerNode { get; } = spec.Template.Placement?.MaxReplicasPerNode ?? 0;

    public ImmutableArray<HostPort> Ports { get; } = [.. HostPort.Of(spec)];

    private static IEnumerable<Constraint?> ConstraintsOf(ServiceSpec spec) =>
        (spec.Template.Placement?.Constraints ?? [])
            .Select(text => Constraint.TryParse(text, out var constraint, out _) ? constraint : null);
}

/// <summary>A node with what is set aside on it, this run's decisions included.</summary>
internal sealed class Candidate(Node node, NodeUsage usage)
{
    public Node Node => node;

    public NodeUsage Usage { get; private set; } = usage;

    public int TasksOf(ServiceId service) => Usage.Services.GetValueOrDefault(service.Value);

    public void Take(ServiceTask task, ServiceSpec spec) => Usage = Usage.With(task, spec, +1);
}
