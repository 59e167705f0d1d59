using Orchestrator.Model;

namespace Orchestrator.Api.Mapping;

/// <summary>
/// Specs with what absence means filled in: for readers who ask for it, and to tell whether two specs mean the same.
/// </summary>
internal static class SpecDefaults
{
    private static readonly TimeSpan Monitor = TimeSpan.FromSeconds(5);

    /// <summary>What <c>insertDefaults=true</c> shows. Never write it back: defaults would become settings.</summary>
    public static ServiceSpec Insert(ServiceSpec spec) => spec with
    {
        Template = Insert(spec.Template),
        Update = Insert(spec.Update),
        Rollback = Insert(spec.Rollback),
        Endpoint = Insert(spec.Endpoint),
    };

    public static TaskTemplate Insert(TaskTemplate template) => template with
    {
        Container = template.Container with
        {
            StopGracePeriod = template.Container.StopGracePeriod ?? Defaults.StopGracePeriod,
            Dns = template.Container.Dns ?? new DnsConfig(),
        },
        Resources = template.Resources ?? new ResourceRequirements(),
        Restart = Insert(template.Restart),
        Placement = template.Placement ?? new Placement(),
    };

    public static EndpointSpec Insert(EndpointSpec? endpoint) =>
        (endpoint ?? new EndpointSpec()) with { Mode = endpoint?.Mode ?? EndpointMode.VirtualIp };

    private static RestartPolicy Insert(RestartPolicy? policy) => new()
    {
        Condition = policy?.Condition ?? RestartCondition.Any,
        Delay = policy?.Delay ?? Defaults.RestartDelay,
        MaxAttempts = policy?.MaxAttempts ?? 0,
        Window = policy?.Window,
    };

    private static UpdatePolicy Insert(UpdatePolicy? policy) => (policy ?? new UpdatePolicy()) with
    {
        FailureAction = policy?.FailureAction ?? FailureAction.Pause,
        Monitor = policy?.Monitor ?? Monitor,
        Order = policy?.Order ?? UpdateOrder.StopFirst,
    };
}
