using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Rendering;
using Orchestrator.Primitives;

namespace Orchestrator.Cli.Commands;

/// <summary>Explanations for people.</summary>
internal static class ExplanationText
{
    private const int MostWaiting = 20;

    public static void Service(Invocation run, ServiceExplanationDto service)
    {
        var waiting = service.Waiting == 0
            ? "no task waits; one more"
            : $"{DecisionText.Count(service.Waiting, "task")} {(service.Waiting == 1 ? "waits" : "wait")} for a node "
                + $"for {Age(run, service.WaitingSince)}; the next";
        run.Out.WriteLine($"Service {service.Name}: {waiting}: {DecisionText.Sentence(service.Next)}");
        if (service.Err is { } reason && reason != service.Next.Reason)
            run.Out.WriteLine($"When it was tried last: {reason}");
        DecisionText.Write(run.Out, service.Next);
    }

    public static void Task(Invocation run, TaskExplanationDto task)
    {
        var since = Ages.Ago(task.Since, run.Now);
        var where = task.Node is { } node ? $" on {node.Name}" : "";
        run.Out.WriteLine($"Task {task.Name} ({task.TaskId}): {task.State}{where}, {since}; wanted: "
            + $"{task.DesiredState}");
        if (task.Err is { } error)
            run.Out.WriteLine(error);
        if (task.Node is { } own)
            run.Out.WriteLine(own.Fits
                ? $"{own.Name} would take it again"
                : $"{own.Name} would not take it again: {own.Detail}; {own.Remedy}");
        if (task.Next is { } next)
        {
            run.Out.WriteLine($"Now: {DecisionText.Sentence(next)}");
            DecisionText.Write(run.Out, next);
        }
    }

    public static void Node(Invocation run, NodeExplanationDto node)
    {
        run.Out.WriteLine($"Node {node.Name} ({node.NodeId}): {node.State}, {node.Availability}");
        run.Out.WriteLine($"Tasks: {node.Tasks}");
        run.Out.WriteLine($"Reserved: {string.Join(", ", Shares(node))}");
        if (node.Waiting.Count == 0)
        {
            run.Out.WriteLine("No service waits for a node");
            return;
        }
        run.Out.WriteLine();
        var table = new TextTable();
        table.Add("WAITING SERVICE", "TASKS", "FOR", "VERDICT", "WHAT WOULD HELP");
        foreach (var waiting in node.Waiting.Take(MostWaiting))
            table.Add(
                waiting.Name, waiting.Tasks.ToString(CultureInfo.InvariantCulture), Age(run, waiting.Since),
                waiting.Verdict.Fits ? "fits" : $"{waiting.Verdict.Filter}: {waiting.Verdict.Detail}",
                waiting.Verdict.Remedy ?? "");
        table.WriteTo(run.Out);
        var more = node.Waiting.Count - MostWaiting + node.LeftOut;
        if (more > 0)
            run.Out.WriteLine($"and {more} more");
    }

    private static IEnumerable<string> Shares(NodeExplanationDto node)
    {
        var (reserved, capacity) = (node.Reserved, node.Capacity);
        yield return $"CPU {Amounts.OfCpus(reserved.NanoCpus)} of {Amounts.OfCpus(capacity.NanoCpus)}";
        yield return $"memory {Amounts.OfBytes(reserved.MemoryBytes)} of {Amounts.OfBytes(capacity.MemoryBytes)}";
        foreach (var kind in (capacity.GenericResources ?? []).Select(KindOf).Distinct(StringComparer.Ordinal))
            yield return $"{kind} {Units(reserved, kind)} of {Units(capacity, kind)}";
    }

    private static string KindOf(GenericResourceDto resource) =>
        resource.DiscreteResourceSpec?.Kind ?? resource.NamedResourceSpec?.Kind ?? "";

    private static long Units(NodeResourcesDto resources, string kind) => (resources.GenericResources ?? [])
        .Where(resource => KindOf(resource) == kind).Sum(resource => resource.DiscreteResourceSpec?.Value ?? 1);

    private static string Age(Invocation run, DateTimeOffset? since) =>
        since is { } moment ? Ages.Describe(run.Now - moment).ToLowerInvariant() : "";
}
