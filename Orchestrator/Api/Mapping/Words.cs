using Orchestrator.Model;

namespace Orchestrator.Api.Mapping;

/// <summary>The words of the API for the model's enumerations.</summary>
internal static class Words
{
    public static string Of(NodeRole role) => role switch
    {
        NodeRole.Worker => "worker",
        NodeRole.Manager => "manager",
    };

    public static NodeRole Role(string? word) => word switch
    {
        "worker" => NodeRole.Worker,
        "manager" => NodeRole.Manager,
        _ => throw ApiException.Bad($"invalid Role: \"{word}\""),
    };

    public static string Of(Availability availability) => availability switch
    {
        Availability.Active => "active",
        Availability.Pause => "pause",
        Availability.Drain => "drain",
    };

    public static Availability AvailabilityOf(string? word) => word switch
    {
        "active" => Availability.Active,
        "pause" => Availability.Pause,
        "drain" => Availability.Drain,
        _ => throw ApiException.Bad($"invalid Availability: \"{word}\""),
    };

    public static string Of(NodeState state) => state switch
    {
        NodeState.Unknown => "unknown",
        NodeState.Down => "down",
        NodeState.Ready => "ready",
        NodeState.Disconnected => "disconnected",
    };

    public static string Of(SchedulingStrategy strategy) => strategy switch
    {
        SchedulingStrategy.Spread => "spread",
        SchedulingStrategy.Binpack => "binpack",
        SchedulingStrategy.Random => "random",
    };

    public static string Of(UpdateState state) => state switch
    {
        UpdateState.Updating => "updating",
        UpdateState.Paused => "paused",
        UpdateState.Completed => "completed",
        UpdateState.RollbackStarted => "rollback_started",
        UpdateState.RollbackPaused => "rollback_paused",
        UpdateState.RollbackCompleted => "rollback_completed",
    };

    public static string Of(FailureAction action) => action switch
    {
        FailureAction.Pause => "pause",
        FailureAction.Continue => "continue",
        FailureAction.Rollback => "rollback",
    };

    public static FailureAction? FailureActionOf(string? word, string field) => word switch
    {
        null or "" => null,
        "pause" => FailureAction.Pause,
        "continue" => FailureAction.Continue,
        "rollback" => FailureAction.Rollback,
        _ => throw Unknown(field, word, "pause, continue, rollback"),
    };

    public static string Of(UpdateOrder order) => order switch
    {
        UpdateOrder.StopFirst => "stop-first",
        UpdateOrder.StartFirst => "start-first",
    };

    public static UpdateOrder? OrderOf(string? word, string field) => word switch
    {
        null or "" => null,
        "stop-first" => UpdateOrder.StopFirst,
        "start-first" => UpdateOrder.StartFirst,
        _ => throw Unknown(field, word, "stop-first, start-first"),
    };

    public static string Of(RestartCondition condition) => condition switch
    {
        RestartCondition.Any => "any",
        RestartCondition.OnFailure => "on-failure",
        RestartCondition.None => "none",
    };

    public static RestartCondition? ConditionOf(string? word, string field) => word switch
    {
        null or "" => null,
        "any" => RestartCondition.Any,
        "on-failure" => RestartCondition.OnFailure,
        "none" => RestartCondition.None,
        _ => throw Unknown(field, word, "any, on-failure, none"),
    };

    public static string Of(EndpointMode mode) => mode switch
    {
        EndpointMode.VirtualIp => "vip",
        EndpointMode.DnsRoundRobin => "dnsrr",
    };

    public static EndpointMode? EndpointModeOf(string? word, string field) => word switch
    {
        null or "" => null,
        "vip" => EndpointMode.VirtualIp,
        "dnsrr" => EndpointMode.DnsRoundRobin,
        _ => throw Unknown(field, word, "vip, dnsrr"),
    };

    public static string Of(PortProtocol protocol) => protocol switch
    {
        PortProtocol.Tcp => "tcp",
        PortProtocol.Udp => "udp",
        PortProtocol.Sctp => "sctp",
    };

    public static PortProtocol ProtocolOf(string? word, string field) => word switch
    {
        null or "" or "tcp" => PortProtocol.Tcp,
        "udp" => PortProtocol.Udp,
        "sctp" => PortProtocol.Sctp,
        _ => throw Unknown(field, word, "tcp, udp, sctp"),
    };

    public static string Of(PublishMode mode) => mode switch
    {
        PublishMode.Ingress => "ingress",
        PublishMode.Host => "host",
    };

    public static PublishMode PublishModeOf(string? word, string field) => word switch
    {
        null or "" or "ingress" => PublishMode.Ingress,
        "host" => PublishMode.Host,
        _ => throw Unknown(field, word, "ingress, host"),
    };

    public static string Of(MountType type) => type switch
    {
        MountType.Bind => "bind",
        MountType.Volume => "volume",
        MountType.Tmpfs => "tmpfs",
    };

    public static MountType MountTypeOf(string? word, string field) => word switch
    {
        "bind" => MountType.Bind,
        "volume" => MountType.Volume,
        "tmpfs" => MountType.Tmpfs,
        "npipe" or "cluster" or "image" => throw ApiException.NotImplemented(
            $"{field}: mounts of type {word} are not available: use bind, volume or tmpfs"),
        _ => throw Unknown(field, word, "bind, volume, tmpfs"),
    };

    private static ApiException Unknown(string field, string? word, string known) =>
        ApiException.Bad($"{field}: unknown value '{word}', need one of {known}");
}
