using System.Net;
using Orchestrator.Api.Contracts;
using Orchestrator.Model;

namespace Orchestrator.Api.Mapping;

/// <summary>Service specs in both directions. What was written reads back the same; absent stays absent.</summary>
internal static class ServiceSpecMapper
{
    /// <exception cref="ApiException">a value without a meaning, or of something that is not available</exception>
    public static ServiceSpec Read(ServiceSpecDto dto)
    {
        if (dto.Networks is { Count: > 0 })
            throw TaskTemplateMapper.NoNetworks();
        return new ServiceSpec
        {
            Name = dto.Name ?? "",
            Labels = Wire.Texts(dto.Labels),
            Template = TaskTemplateMapper.Read(dto.TaskTemplate ?? new TaskSpecDto()),
            Mode = Mode(dto.Mode ?? new ServiceModeDto()),
            Update = Policy(dto.UpdateConfig, nameof(dto.UpdateConfig)),
            Rollback = Policy(dto.RollbackConfig, nameof(dto.RollbackConfig)),
            Endpoint = dto.EndpointSpec is { } endpoint ? Endpoint(endpoint) : null,
        };
    }

    public static ServiceSpecDto Write(ServiceSpec spec) => new()
    {
        Name = Wire.OrNull(spec.Name),
        Labels = spec.Labels,
        TaskTemplate = TaskTemplateMapper.Write(spec.Template),
        Mode = Mode(spec.Mode),
        UpdateConfig = spec.Update is { } update ? Policy(update) : null,
        RollbackConfig = spec.Rollback is { } rollback ? Policy(rollback) : null,
        EndpointSpec = spec.Endpoint is { } endpoint ? Endpoint(endpoint) : null,
    };

    public static EndpointSpecDto Endpoint(EndpointSpec endpoint) => new()
    {
        Mode = endpoint.Mode is { } mode ? Words.Of(mode) : null,
        Ports = Wire.ListOrNull(endpoint.Ports, Port),
    };

    public static PortConfigDto Port(PortConfig port) => new()
    {
        Name = Wire.OrNull(port.Name),
        Protocol = Words.Of(port.Protocol),
        TargetPort = port.Target,
        PublishedPort = port.Published,
        PublishMode = Words.Of(port.Mode),
        PublishedPortEnd = port.PublishedEnd,
        HostIp = Wire.OrNull(port.HostIp),
    };

    private static EndpointSpec Endpoint(EndpointSpecDto dto) => new()
    {
        Mode = Words.EndpointModeOf(dto.Mode, "EndpointSpec.Mode") ?? EndpointMode.VirtualIp,
        Ports = Wire.List(dto.Ports, Port),
    };

    private static PortConfig Port(PortConfigDto dto) => new()
    {
        Name = dto.Name ?? "",
        Protocol = Words.ProtocolOf(dto.Protocol, "EndpointSpec.Ports.Protocol"),
        Target = dto.TargetPort,
        Published = dto.PublishedPort,
        Mode = Words.PublishModeOf(dto.PublishMode, "EndpointSpec.Ports.PublishMode"),
        PublishedEnd = dto.PublishedPortEnd,
        HostIp = AddressOf(dto.HostIp),
    };

    /// <summary>All addresses have many names; here they have none.</summary>
    private static string AddressOf(string? text)
    {
        if (!IPAddress.TryParse(text, out var address))
            return text ?? "";
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? "" : address.ToString();
    }

    private static ServiceMode Mode(ServiceModeDto dto)
    {
        var kinds = new object?[] { dto.Replicated, dto.Global, dto.ReplicatedJob, dto.GlobalJob };
        if (kinds.Count(kind => kind is not null) > 1)
            throw ApiException.Bad("must specify only one service mode");
        if (dto.Global is not null)
            return new ServiceMode { Kind = ModeKind.Global };
        if (dto.GlobalJob is not null)
            return new ServiceMode { Kind = ModeKind.GlobalJob };
        if (dto.ReplicatedJob is { } job)
            return new ServiceMode
            {
                Kind = ModeKind.ReplicatedJob,
                MaxConcurrent = job.MaxConcurrent ?? 1,
                TotalCompletions = job.TotalCompletions ?? job.MaxConcurrent ?? 1,
            };
        return new ServiceMode { Replicas = dto.Replicated?.Replicas ?? 1 };
    }

    private static ServiceModeDto Mode(ServiceMode mode) => mode.Kind switch
    {
        ModeKind.Replicated => new() { Replicated = new() { Replicas = mode.Replicas } },
        ModeKind.Global => new() { Global = new() },
        ModeKind.ReplicatedJob => new()
        {
            ReplicatedJob = new() { MaxConcurrent = mode.MaxConcurrent, TotalCompletions = mode.TotalCompletions },
        },
        ModeKind.GlobalJob => new() { GlobalJob = new() },
    };

    private static UpdatePolicy? Policy(UpdateConfigDto? dto, string field) => dto is null ? null : new UpdatePolicy
    {
        Parallelism = dto.Parallelism,
        Delay = Wire.Time(dto.Delay, $"{field}.Delay"),
        FailureAction = Words.FailureActionOf(dto.FailureAction, $"{field}.FailureAction"),
        Monitor = dto.Monitor == 0 ? null : Wire.Time(dto.Monitor, $"{field}.Monitor"),
        MaxFailureRatio = dto.MaxFailureRatio,
        Order = Words.OrderOf(dto.Order, $"{field}.Order"),
    };

    private static UpdateConfigDto Policy(UpdatePolicy policy) => new()
    {
        Parallelism = policy.Parallelism,
        Delay = Wire.Nanoseconds(policy.Delay),
        FailureAction = policy.FailureAction is { } action ? Words.Of(action) : null,
        Monitor = Wire.Nanoseconds(policy.Monitor) ?? 0,
        MaxFailureRatio = policy.MaxFailureRatio,
        Order = policy.Order is { } order ? Words.Of(order) : "",
    };
}
