using System.Text.Json.Serialization;

namespace Orchestrator.Runtime.Docker.Contracts;

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(CreateContainer))]
[JsonSerializable(typeof(CreatedContainer))]
[JsonSerializable(typeof(ContainerDetails))]
[JsonSerializable(typeof(ContainerSummary[]))]
[JsonSerializable(typeof(EngineInfo))]
[JsonSerializable(typeof(ImageSummary[]))]
[JsonSerializable(typeof(EngineEvent))]
[JsonSerializable(typeof(PullProgress))]
[JsonSerializable(typeof(EngineError))]
[JsonSerializable(typeof(StatsReading))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
internal sealed partial class EngineJson : JsonSerializerContext;
