using Orchestrator.Api.Contracts;

namespace Orchestrator.Cli.Specs;

/// <summary>Parts of a service's specification, made on demand.</summary>
internal static class SpecParts
{
    public static TaskSpecDto Task(this ServiceSpecDto spec) => spec.TaskTemplate ??= new TaskSpecDto();

    public static ContainerSpecDto Container(this ServiceSpecDto spec) =>
        spec.Task().ContainerSpec ??= new ContainerSpecDto();

    public static ResourceLimitsDto Limits(this ServiceSpecDto spec) =>
        (spec.Task().Resources ??= new ResourcesDto()).Limits ??= new ResourceLimitsDto();

    public static NodeResourcesDto Reservations(this ServiceSpecDto spec) =>
        (spec.Task().Resources ??= new ResourcesDto()).Reservations ??= new NodeResourcesDto();

    public static PlacementDto Placement(this ServiceSpecDto spec) => spec.Task().Placement ??= new PlacementDto();

    public static RestartPolicyDto Restart(this ServiceSpecDto spec) =>
        spec.Task().RestartPolicy ??= new RestartPolicyDto();

    public static HealthcheckDto Health(this ServiceSpecDto spec) =>
        spec.Container().Healthcheck ??= new HealthcheckDto();

    public static DnsConfigDto Dns(this ServiceSpecDto spec) => spec.Container().DnsConfig ??= new DnsConfigDto();

    public static EndpointSpecDto Endpoint(this ServiceSpecDto spec) => spec.EndpointSpec ??= new EndpointSpecDto();
}
