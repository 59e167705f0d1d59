using Orchestrator.Api.Contracts;
using Orchestrator.Model;

namespace Orchestrator.Api.Mapping;

internal static class TaskTemplateMapper
{
    private const string ContainerRuntime = "container";

    public static TaskTemplate Read(TaskSpecDto dto)
    {
        if (dto.PluginSpec is not null || dto.Runtime is not (null or "" or ContainerRuntime))
            throw ApiException.NotImplemented(
                $"TaskTemplate.Runtime: only the runtime '{ContainerRuntime}' is available");
        if (dto.NetworkAttachmentSpec is not null || dto.ContainerSpec is null)
            throw ApiException.Bad("mismatched Runtime and *Spec fields: TaskTemplate.ContainerSpec is needed");
        if (dto.Networks is { Count: > 0 })
            throw NoNetworks();
        return new TaskTemplate
        {
            Container = ContainerSpecMapper.Read(dto.ContainerSpec),
            Resources = dto.Resources is { } resources ? ResourceMapper.Read(resources) : null,
            Restart = dto.RestartPolicy is { } restart ? Restart(restart) : null,
            Placement = dto.Placement is { } placement ? Placement(placement) : null,
            LogDriver = dto.LogDriver is { } driver ? Driver(driver) : null,
            ForceUpdate = dto.ForceUpdate,
        };
    }

    public static TaskSpecDto Write(TaskTemplate template) => new()
    {
        ContainerSpec = ContainerSpecMapper.Write(template.Container),
        Resources = template.Resources is { } resources ? ResourceMapper.Write(resources) : null,
        RestartPolicy = template.Restart is { } restart ? Restart(restart) : null,
        Placement = template.Placement is { } placement ? Placement(placement) : null,
        LogDriver = template.LogDriver is { } driver ? Driver(driver) : null,
        ForceUpdate = template.ForceUpdate,
        Runtime = ContainerRuntime,
    };

    public static DriverConfig Driver(DriverDto dto) =>
        new() { Name = dto.Name ?? "", Options = Wire.Texts(dto.Options) };

    public static DriverDto Driver(DriverConfig driver) =>
        new() { Name = Wire.OrNull(driver.Name), Options = Wire.OrNull(driver.Options) };

    public static ApiException NoNetworks() => ApiException.NotImplemented(
        "TaskTemplate.Networks: networks of services are not available yet: leave them out, tasks use their host's");

    private static RestartPolicy Restart(RestartPolicyDto dto) => new()
    {
        Condition = Words.ConditionOf(dto.Condition, "TaskTemplate.RestartPolicy.Condition"),
        Delay = Wire.Time(dto.Delay, "TaskTemplate.RestartPolicy.Delay"),
        MaxAttempts = dto.MaxAttempts,
        Window = Wire.Time(dto.Window, "TaskTemplate.RestartPolicy.Window"),
    };

    private static RestartPolicyDto Restart(RestartPolicy policy) => new()
    {
        Condition = policy.Condition is { } condition ? Words.Of(condition) : null,
        Delay = Wire.Nanoseconds(policy.Delay),
        MaxAttempts = policy.MaxAttempts,
        Window = Wire.Nanoseconds(policy.Window),
    };

    private static Placement Placement(PlacementDto dto) => new()
    {
        Constraints = Wire.Texts(dto.Constraints),
        Spread = Wire.List(dto.Preferences, preference => preference.Spread?.SpreadDescriptor
            ?? throw ApiException.Bad("TaskTemplate.Placement.Preferences: only Spread is known")),
        MaxReplicasPerNode = dto.MaxReplicas,
        Platforms = Wire.List(dto.Platforms, platform =>
            new Platform { Architecture = platform.Architecture ?? "", Os = platform.Os ?? "" }),
    };

    private static PlacementDto Placement(Placement placement) => new()
    {
        Constraints = Wire.OrNull(placement.Constraints),
        Preferences = Wire.ListOrNull(placement.Spread, key =>
            new PlacementPreferenceDto { Spread = new() { SpreadDescriptor = key } }),
        MaxReplicas = placement.MaxReplicasPerNode,
        Platforms = Wire.ListOrNull(placement.Platforms, NodeMapper.Platform),
    };
}
