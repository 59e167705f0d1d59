using System.Text.Json.Serialization;

namespace Orchestrator.Api.Contracts;

/// <summary>What would become of the next task of a service.</summary>
public sealed record ServiceExplanationDto
{
    [JsonPropertyName("ServiceID")]
    public string ServiceId { get; set; } = "";

    public string Name { get; set; } = "";

    /// <summary>Tasks of the revision that is explained that have no node.</summary>
    public int Waiting { get; set; }

    /// <summary>When the oldest of them was made.</summary>
    public DateTimeOffset? WaitingSince { get; set; }

    /// <summary>What the oldest of them says of itself; null before it was tried.</summary>
    public string? Err { get; set; }

    public PlacementDecisionDto Next { get; set; } = new();
}

public sealed record TaskExplanationDto
{
    [JsonPropertyName("TaskID")]
    public string TaskId { get; set; } = "";

    public string Name { get; set; } = "";

    public string State { get; set; } = "";

    public string DesiredState { get; set; } = "";

    public DateTimeOffset Since { get; set; }

    public string? Err { get; set; }

    /// <summary>Its own node, and whether that would take it again; null as long as it has none.</summary>
    public NodeVerdictDto? Node { get; set; }

    /// <summary>Of a task that waits for a node.</summary>
    public PlacementDecisionDto? Next { get; set; }
}

/// <summary>What a node holds, and what it would take of that which waits.</summary>
public sealed record NodeExplanationDto
{
    [JsonPropertyName("NodeID")]
    public string NodeId { get; set; } = "";

    public string Name { get; set; } = "";

    public string State { get; set; } = "";

    public string Availability { get; set; } = "";

    public int Tasks { get; set; }

    public NodeResourcesDto Reserved { get; set; } = new();

    /// <summary>What may be promised there.</summary>
    public NodeResourcesDto Capacity { get; set; } = new();

    /// <summary>Who waits longest comes first.</summary>
    public IReadOnlyList<WaitingServiceDto> Waiting { get; set; } = [];

    /// <summary>Services that wait and are not among those.</summary>
    public int LeftOut { get; set; }
}

public sealed record WaitingServiceDto
{
    [JsonPropertyName("ServiceID")]
    public string ServiceId { get; set; } = "";

    public string Name { get; set; } = "";

    public int Tasks { get; set; }

    public DateTimeOffset Since { get; set; }

    public NodeVerdictDto Verdict { get; set; } = new();
}

/// <summary>Where the tasks of a service would go that is not there yet.</summary>
public sealed record PlacementPlanDto
{
    /// <summary>How many were looked at: all, or as many as the limit is.</summary>
    public int Tasks { get; set; }

    /// <summary>How many of these fit.</summary>
    public int Placed { get; set; }

    public IReadOnlyList<PlannedNodeDto> Nodes { get; set; } = [];

    /// <summary>Of the first task that fits nowhere, after all others; of the very first one when all fit.</summary>
    public PlacementDecisionDto Next { get; set; } = new();

    /// <summary>
    /// Of those that fit nowhere: what would be pushed out at once, each for one of them; null when nothing would.
    /// </summary>
    public IReadOnlyList<PushedOutDto>? PushedOut { get; set; }

    public IReadOnlyList<string>? Warnings { get; set; }
}

public sealed record PushedOutDto
{
    [JsonPropertyName("NodeID")]
    public string NodeId { get; set; } = "";

    public string Name { get; set; } = "";

    /// <summary>Tasks of lower priority, <c>web.1</c>.</summary>
    public IReadOnlyList<string> Tasks { get; set; } = [];
}

public sealed record PlannedNodeDto
{
    [JsonPropertyName("NodeID")]
    public string NodeId { get; set; } = "";

    public string Name { get; set; } = "";

    public int Tasks { get; set; }
}

/// <summary>What the scheduler would do with one task now, and why.</summary>
public sealed record PlacementDecisionDto
{
    /// <summary><c>spread</c>, <c>binpack</c> or <c>random</c>.</summary>
    public string Strategy { get; set; } = "";

    /// <summary>What is spread over before nodes, outermost first.</summary>
    public IReadOnlyList<string>? SpreadOver { get; set; }

    /// <summary>Of the cluster.</summary>
    public int Nodes { get; set; }

    /// <summary>How many would take it.</summary>
    public int Fitting { get; set; }

    /// <summary>So many of the best are as likely as each other.</summary>
    public int Alike { get; set; }

    /// <summary>Best first.</summary>
    public IReadOnlyList<NodeVerdictDto> Best { get; set; } = [];

    public IReadOnlyList<FilterRefusalsDto> Refusals { get; set; } = [];

    /// <summary>Nodes that fit or refuse and are not shown.</summary>
    public int LeftOut { get; set; }

    /// <summary>As a waiting task tells it; null when a node fits.</summary>
    public string? Reason { get; set; }
}

/// <summary>Nodes that the same filter refused first.</summary>
public sealed record FilterRefusalsDto
{
    public string Filter { get; set; } = "";

    public int Nodes { get; set; }

    public string Summary { get; set; } = "";

    /// <summary>What would let it try again, in words.</summary>
    public string Wakes { get; set; } = "";

    public IReadOnlyList<NodeVerdictDto> Shown { get; set; } = [];
}

public sealed record NodeVerdictDto
{
    [JsonPropertyName("NodeID")]
    public string NodeId { get; set; } = "";

    public string Name { get; set; } = "";

    public bool Fits { get; set; }

    /// <summary>Of a node that fits.</summary>
    public NodeScoreDto? Score { get; set; }

    /// <summary>The first that refused.</summary>
    public string? Filter { get; set; }

    /// <summary>What was asked for, and what the node has.</summary>
    public string? Detail { get; set; }

    /// <summary>What would make it fit.</summary>
    public string? Remedy { get; set; }
}

/// <summary>What nodes are compared by, what weighs most first.</summary>
public sealed record NodeScoreDto
{
    /// <summary>Of the service there lately, once they weigh.</summary>
    public int Failures { get; set; }

    public int UnmetWishes { get; set; }

    /// <summary>Tasks of the service in the node's branch, for each that is spread over.</summary>
    public IReadOnlyList<int>? TasksInBranches { get; set; }

    public int TasksOfService { get; set; }

    /// <summary>Of CPU and memory that it asks for, after placing, added up.</summary>
    public double ReservedPercent { get; set; }

    public int Tasks { get; set; }
}
