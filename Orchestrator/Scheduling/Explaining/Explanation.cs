using Orchestrator.Model;

namespace Orchestrator.Scheduling.Explaining;

/// <summary>What the scheduler would do with the next task of a service, and why.</summary>
public sealed record Explanation
{
    /// <summary>Of <see cref="Best"/>; the others are counted.</summary>
    public const int MostFitting = 500;

    /// <summary>Of <see cref="FilterRefusals.Shown"/>; the others are counted.</summary>
    public const int MostRefusals = 100;

    public required SchedulingStrategy Strategy { get; init; }

    /// <summary>What the tasks are spread over before nodes, outermost first, as <c>node.labels.zone</c>.</summary>
    public required ImmutableArray<string> SpreadOver { get; init; }

    public required int Nodes { get; init; }

    /// <summary>How many nodes would take it.</summary>
    public required int Fitting { get; init; }

    /// <summary>
    /// So many of the first are as likely as each other: 1, but with the strategy random all that meet as many wishes.
    /// </summary>
    public required int Alike { get; init; }

    /// <summary>Best first: each is where the task would go if those before it were not there.</summary>
    public required ImmutableArray<FittingNode> Best { get; init; }

    /// <summary>Those that refuse most nodes first.</summary>
    public required ImmutableArray<FilterRefusals> Refusals { get; init; }

    /// <summary>As the status of a task tells it that waits; empty when a node fits.</summary>
    public required string Reason { get; init; }
}

/// <summary>Whether one node takes a task.</summary>
public abstract record NodeVerdict(Node Node);

public sealed record FittingNode(Node Node, NodeScore Score) : NodeVerdict(Node);

/// <param name="Filter">the first that refused</param>
/// <param name="Detail">what was asked for, and what the node has</param>
/// <param name="Remedy">what would make it fit</param>
public sealed record RefusingNode(Node Node, string Filter, string Detail, string Remedy) : NodeVerdict(Node);

/// <param name="Summary">as in the reason of a task that waits</param>
/// <param name="Wakes">after what it is worth asking again, in words</param>
public sealed record FilterRefusals(
    string Filter, int Nodes, string Summary, string Wakes, ImmutableArray<RefusingNode> Shown);

/// <summary>What nodes that fit are compared by, what weighs most first; less is better, but see each.</summary>
public sealed record NodeScore
{
    /// <summary>Of the service there lately; 0 as long as they are too few to weigh.</summary>
    public required int Failures { get; init; }

    public required int UnmetWishes { get; init; }

    /// <summary>Tasks of the service in the node's branch, for each of <see cref="Explanation.SpreadOver"/>.</summary>
    public required ImmutableArray<int> TasksInBranches { get; init; }

    /// <summary>Tasks of the service there; 0 where the strategy does not count them.</summary>
    public required int TasksOfService { get; init; }

    /// <summary>
    /// Percent of CPU and memory that would be reserved, added up, of what the task asks for only; more is better with
    /// binpack.
    /// </summary>
    public required double ReservedPercent { get; init; }

    /// <summary>All tasks there; more is better with binpack.</summary>
    public required int Tasks { get; init; }
}
