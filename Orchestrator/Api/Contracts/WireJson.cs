using System.Text.Json.Serialization;

namespace Orchestrator.Api.Contracts;

/// <summary>
/// The one way contracts become JSON and back: Docker's names, null members left out unless Docker always shows them,
/// unknown members ignored, names read without regard to case.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    Converters =
    [
        typeof(Rfc3339Converter), typeof(LenientUlongConverter), typeof(LenientLongConverter),
        typeof(LenientUintConverter), typeof(LenientIntConverter), typeof(LenientDoubleConverter),
        typeof(LenientBoolConverter),
    ])]
[JsonSerializable(typeof(ErrorDto))]
[JsonSerializable(typeof(ServiceDto))]
[JsonSerializable(typeof(IReadOnlyList<ServiceDto>))]
[JsonSerializable(typeof(ServiceSpecDto))]
[JsonSerializable(typeof(ServiceCreateResponseDto))]
[JsonSerializable(typeof(ServiceUpdateResponseDto))]
[JsonSerializable(typeof(TaskDto))]
[JsonSerializable(typeof(IReadOnlyList<TaskDto>))]
[JsonSerializable(typeof(NodeDto))]
[JsonSerializable(typeof(IReadOnlyList<NodeDto>))]
[JsonSerializable(typeof(NodeSpecDto))]
[JsonSerializable(typeof(SwarmDto))]
[JsonSerializable(typeof(SwarmSpecDto))]
[JsonSerializable(typeof(SwarmInitDto))]
[JsonSerializable(typeof(SwarmJoinDto))]
[JsonSerializable(typeof(UnlockKeyDto))]
[JsonSerializable(typeof(BackupRequestDto))]
[JsonSerializable(typeof(RestoreRequestDto))]
[JsonSerializable(typeof(RestoreResponseDto))]
[JsonSerializable(typeof(RebalanceRequestDto))]
[JsonSerializable(typeof(RebalanceDto))]
[JsonSerializable(typeof(FindingDto))]
[JsonSerializable(typeof(IReadOnlyList<FindingDto>))]
[JsonSerializable(typeof(ServiceExplanationDto))]
[JsonSerializable(typeof(TaskExplanationDto))]
[JsonSerializable(typeof(NodeExplanationDto))]
[JsonSerializable(typeof(PlacementPlanDto))]
[JsonSerializable(typeof(InfoDto))]
[JsonSerializable(typeof(EngineVersionDto))]
[JsonSerializable(typeof(NetworkDto))]
[JsonSerializable(typeof(IReadOnlyList<NetworkDto>))]
[JsonSerializable(typeof(VolumeListDto))]
[JsonSerializable(typeof(IReadOnlyList<EmptyDto>))]
[JsonSerializable(typeof(EventDto))]
[JsonSerializable(typeof(string))]
public sealed partial class WireJson : JsonSerializerContext;
