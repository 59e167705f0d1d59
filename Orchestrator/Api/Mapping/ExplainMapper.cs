using Orchestrator.Api.Contracts;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Scheduling.Explaining;
using Orchestrator.Store;

namespace Orchestrator.Api.Mapping;

internal static class ExplainMapper
{
    public static ServiceExplanationDto Write(Service service, WaitingTasks? waiting, Explanation next) => new()
    {
        ServiceId = service.Id.Value,
        Name = service.Spec.Name,
        Waiting = waiting?.Count ?? 0,
        WaitingSince = waiting?.Since,
        Err = waiting is null ? null : Wire.OrNull(waiting.Reason),
        Next = Write(next),
    };

    public static TaskExplanationDto Write(
        StateSnapshot state, ServiceTask task, NodeVerdict? verdict, Explanation? next) => new()
    {
        TaskId = task.Id.Value,
        Name = $"{state.SpecOf(task).Name}.{(task.Slot > 0 ? task.Slot : task.NodeId)}",
        State = task.Status.State.Word(),
        DesiredState = task.Desired.Word(),
        Since = task.Status.Timestamp,
        Err = Wire.OrNull(task.Status.Error),
        Node = verdict is null ? null : Write(verdict),
        Next = next is null ? null : Write(next),
    };

    public static NodeExplanationDto Write(NodeExplanation explanation)
    {
        var (node, usage) = (explanation.Node, explanation.Usage);
        return new()
        {
            NodeId = node.Id.Value,
            Name = NameOf(node),
            State = Words.Of(node.Status.State),
            Availability = Words.Of(node.Spec.Availability),
            Tasks = usage.Tasks,
            Reserved = ResourceMapper.Write(new NodeResources
            {
                NanoCpus = usage.NanoCpus,
                MemoryBytes = usage.MemoryBytes,
                Generic =
                [
                    .. usage.Generic.Select(kind => new GenericResource { Kind = kind.Key, Count = kind.Value }),
                ],
            }),
            Capacity = ResourceMapper.Write(explanation.Capacity),
            Waiting = [.. explanation.Waiting.Select(Write)],
            LeftOut = explanation.LeftOut,
        };
    }

    public static PlacementPlanDto Write(PlacementPlan plan, IReadOnlyList<string>? warnings) => new()
    {
        Tasks = plan.Tasks,
        Placed = plan.Placed,
        Nodes = [.. plan.Nodes.Select(node => new PlannedNodeDto
        {
            NodeId = node.Node.Id.Value, Name = NameOf(node.Node), Tasks = node.Tasks,
        })],
        Next = Write(plan.Explanation),
        PushedOut = Wire.ListOrNull(plan.PushedOut, made => new PushedOutDto
        {
            NodeId = made.Node.Id.Value, Name = NameOf(made.Node), Tasks = made.Tasks,
        }),
        Warnings = warnings,
    };

    private static PlacementDecisionDto Write(Explanation explanation) => new()
    {
        Strategy = Words.Of(explanation.Strategy),
        SpreadOver = Wire.ListOrNull(explanation.SpreadOver, key => key),
        Nodes = explanation.Nodes,
        Fitting = explanation.Fitting,
        Alike = explanation.Alike,
        Best = [.. explanation.Best.Select(Write)],
        Refusals = [.. explanation.Refusals.Select(Write)],
        LeftOut = explanation.Nodes - explanation.Best.Length
            - explanation.Refusals.Sum(refusals => refusals.Shown.Length),
        Reason = Wire.OrNull(explanation.Reason),
    };

    private static WaitingServiceDto Write(WaitingVerdict waiting) => new()
    {
        ServiceId = waiting.Tasks.Revision.ServiceId.Value,
        Name = waiting.Tasks.Revision.Spec.Name,
        Tasks = waiting.Tasks.Count,
        Since = waiting.Tasks.Since,
        Verdict = Write(waiting.Verdict),
    };

    private static FilterRefusalsDto Write(FilterRefusals refusals) => new()
    {
        Filter = refusals.Filter,
        Nodes = refusals.Nodes,
        Summary = refusals.Summary,
        Wakes = refusals.Wakes,
        Shown = [.. refusals.Shown.Select(Write)],
    };

    private static NodeVerdictDto Write(NodeVerdict verdict)
    {
        var dto = new NodeVerdictDto { NodeId = verdict.Node.Id.Value, Name = NameOf(verdict.Node) };
        return verdict switch
        {
            FittingNode fits => dto with { Fits = true, Score = Write(fits.Score) },
            RefusingNode refuses => dto with
            {
                Filter = refuses.Filter, Detail = refuses.Detail, Remedy = refuses.Remedy,
            },
            _ => throw new InvariantException($"no verdict: {verdict}"),
        };
    }

    private static NodeScoreDto Write(NodeScore score) => new()
    {
        Failures = score.Failures,
        UnmetWishes = score.UnmetWishes,
        TasksInBranches = Wire.ListOrNull(score.TasksInBranches, tasks => tasks),
        TasksOfService = score.TasksOfService,
        ReservedPercent = score.ReservedPercent,
        Tasks = score.Tasks,
    };

    private static string NameOf(Node node) => RefusalDetails.NameOf(node);
}
