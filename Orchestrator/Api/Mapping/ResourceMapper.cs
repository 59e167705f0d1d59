using Orchestrator.Api.Contracts;
using Orchestrator.Model;

namespace Orchestrator.Api.Mapping;

internal static class ResourceMapper
{
    public static ResourceRequirements Read(ResourcesDto dto) => new()
    {
        Limits = dto.Limits is { } limits
            ? new ResourceLimits { NanoCpus = limits.NanoCpus, MemoryBytes = limits.MemoryBytes, Pids = limits.Pids }
            : null,
        Reservations = dto.Reservations is { } reservations
            ? new NodeResources
            {
                NanoCpus = reservations.NanoCpus,
                MemoryBytes = reservations.MemoryBytes,
                Generic = Wire.List(reservations.GenericResources, Generic),
            }
            : null,
    };

    public static ResourcesDto Write(ResourceRequirements resources) => new()
    {
        Limits = resources.Limits is { } limits
            ? new() { NanoCpus = limits.NanoCpus, MemoryBytes = limits.MemoryBytes, Pids = limits.Pids }
            : null,
        Reservations = resources.Reservations is { } reservations ? Write(reservations) : null,
    };

    public static NodeResourcesDto Write(NodeResources resources) => new()
    {
        NanoCpus = resources.NanoCpus,
        MemoryBytes = resources.MemoryBytes,
        GenericResources = Wire.ListOrNull(resources.Generic, Generic),
    };

    private static GenericResource Generic(GenericResourceDto dto) => dto switch
    {
        { DiscreteResourceSpec: { } counted, NamedResourceSpec: null } =>
            new() { Kind = counted.Kind ?? "", Count = counted.Value },
        { NamedResourceSpec: { } named, DiscreteResourceSpec: null } =>
            new() { Kind = named.Kind ?? "", Unit = named.Value ?? "" },
        _ => throw ApiException.Bad("TaskTemplate.Resources.Reservations.GenericResources: each needs either "
            + "DiscreteResourceSpec or NamedResourceSpec"),
    };

    public static GenericResourceDto Generic(GenericResource resource) => resource.Unit.Length == 0
        ? new() { DiscreteResourceSpec = new() { Kind = Wire.OrNull(resource.Kind), Value = resource.Count } }
        : new() { NamedResourceSpec = new() { Kind = Wire.OrNull(resource.Kind), Value = resource.Unit } };
}
