using System.Text.Json.Serialization;

namespace Orchestrator.Runtime.Docker.Contracts;

/// <summary>One line of <c>GET /events</c>: what is used of it.</summary>
internal sealed class EngineEvent
{
    public EventActor? Actor { get; set; }

    /// <summary>Nanoseconds since 1970.</summary>
    [JsonPropertyName("timeNano")]
    public long TimeNano { get; set; }
}

internal sealed class EventActor
{
    public string? ID { get; set; }
}

/// <summary>
/// One line of <c>POST /images/create</c>; errors come in the middle of a stream that began with status 200.
/// </summary>
internal sealed class PullProgress
{
    [JsonPropertyName("error")]
    public string? Error { get; set; }
}

/// <summary>Body of every status of 400 and above.</summary>
internal sealed class EngineError
{
    [JsonPropertyName("message")]
    public string? Message { get; set; }
}
