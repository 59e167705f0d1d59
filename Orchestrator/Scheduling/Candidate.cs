using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Scheduling;

/// <summary>
/// A node with what is set aside on it, this run's decisions included, and how it stands with one group.
/// </summary>
internal sealed class Candidate
{
    public const string SlotsLabel = "swarmnet.slots";

    private long _group;
    private int _tasks;
    private int _leaving;
    private int _failures;

    /// <param name="overcommit">share of CPU and memory that may be promised twice</param>
    public Candidate(int index, Node node, NodeUsage usage, double overcommit)
    {
        Index = index;
        Node = node;
        Usage = usage;
        Capacity = Capacities.Of(node.Description, overcommit);
        Tie = StableHash.Of(node.Id.Value);
        Slots = SlotsOf(node);
    }

    /// <summary>Its place in the order of node ids.</summary>
    public int Index { get; }

    public Node Node { get; }

    public NodeUsage Usage { get; set; }

    /// <summary>What may be promised of it to tasks, all together.</summary>
    public NodeResources Capacity { get; }

    /// <summary>Decides between nodes that are alike in all else; the same in every run.</summary>
    public ulong Tie { get; }

    /// <summary>Most tasks that it takes.</summary>
    public int Slots { get; }

    public static int SlotsOf(Node node) =>
        int.TryParse(node.Spec.Labels.GetValueOrDefault(SlotsLabel), out var slots) && slots >= 0
            ? slots
            : int.MaxValue;

    /// <summary>Whether anything sets it apart from nodes that know nothing of the group.</summary>
    public bool IsKnownTo(long group) => _group == group;

    /// <summary>Tasks of the group's service that hold resources here.</summary>
    public int TasksIn(long group) => _group == group ? _tasks : 0;

    /// <summary>Those of them that will go on living there, as far as is known.</summary>
    public int StayingIn(long group) => _group == group ? _tasks - _leaving : 0;

    /// <summary>Recent failures of the group's service here.</summary>
    public int FailuresIn(long group) => _group == group ? _failures : 0;

    /// <returns>whether it was unknown until now</returns>
    public bool MakeKnown(long group)
    {
        if (_group == group)
            return false;
        (_group, _tasks, _leaving, _failures) = (group, 0, 0, 0);
        return true;
    }

    public void AddTasks(int count) => _tasks += count;

    public void AddLeaving() => _leaving++;

    public void AddFailure() => _failures++;
}
