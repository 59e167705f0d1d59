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
    public ImmutableArray<Constraint?> Constraints { get; } = ParsedConstraints.Of(spec).Hard;

    /// <summary>Constraints that a node had better meet.</summary>
    public ImmutableArray<Constraint> Wishes { get; } = ParsedConstraints.Of(spec).Soft;

    public ImmutableArray<Platform> Platforms { get; } = spec.Template.Placement?.Platforms ?? [];

    public ulong MaxReplicasPerNode { get; } = spec.Template.Placement?.MaxReplicasPerNode ?? 0;

    public ImmutableArray<HostPort> Ports { get; } = [.. HostPort.Of(spec)];

    /// <summary>How many of the wishes the node does not meet: fewer is better, before all else.</summary>
    public int UnmetWishes(Node node)
    {
        var unmet = 0;
        foreach (var wish in Wishes)
            unmet += wish.Holds(node) ? 0 : 1;
        return unmet;
    }
}

/// <summary>A node with what is set aside on it, this run's decisions included.</summary>
internal sealed class Candidate(Node node, NodeUsage usage)
{
    public Node Node => node;

    public NodeUsage Usage { get; private set; } = usage;

    public int TasksOf(ServiceId service) => Usage.Services.GetValueOrDefault(service.Value);

    public void Take(ServiceTask task, ServiceSpec spec) => Usage = Usage.With(task, spec, +1);
}
