using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

/// <summary>Asks for tasks to be moved to where they would be placed now.</summary>
public sealed record RebalanceRequestDto
{
    /// <summary>Names or ids; none = all services but those whose data stays behind on their nodes.</summary>
    public IReadOnlyList<string>? Services { get; set; }

    /// <summary>With the moves that are under way; absent = 10.</summary>
    public int? MaxMoves { get; set; }

    /// <summary>Answers only, and moves nothing.</summary>
    public bool? DryRun { get; set; }
}

public sealed record RebalanceDto
{
    public IReadOnlyList<MoveDto> Moves { get; set; } = [];

    /// <summary>Services that were not looked at.</summary>
    public IReadOnlyList<LeftAloneDto> LeftAlone { get; set; } = [];

    /// <summary>Moves that were begun before.</summary>
    [JsonIgnore(Condition = Never)]
    public int UnderWay { get; set; }
}

/// <summary>One task that another replaces in its slot, elsewhere.</summary>
public sealed record MoveDto
{
    /// <summary>Id.</summary>
    public string Task { get; set; } = "";

    public string Service { get; set; } = "";

    [JsonIgnore(Condition = Never)]
    public int Slot { get; set; }

    /// <summary>Host name, as <see cref="To"/>.</summary>
    public string From { get; set; } = "";

    public string To { get; set; } = "";

    public string Why { get; set; } = "";
}

public sealed record LeftAloneDto
{
    public string Service { get; set; } = "";

    public string Why { get; set; } = "";
}
