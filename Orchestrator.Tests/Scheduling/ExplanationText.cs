using System.Text;
using Orchestrator.Scheduling.Explaining;

namespace Orchestrator.Tests.Scheduling;

/// <summary>Explanations as stories print them.</summary>
internal static class ExplanationText
{
    public static string Of(Explanation explanation)
    {
        var text = new StringBuilder();
        text.Append($"  {explanation.Strategy.ToString().ToLowerInvariant()}: fits {explanation.Fitting} of {explanation.Nodes}");
        text.Append(explanation.Alike > 1 ? $", {explanation.Alike} alike\n" : "\n");
        foreach (var (node, score) in explanation.Best)
            text.Append($"    {node.Id}: {Of(score)}\n");
        foreach (var refusals in explanation.Refusals)
        {
            text.Append($"  {refusals.Summary}; until {refusals.Wakes}\n");
            foreach (var refused in refusals.Shown)
                text.Append($"    {refused.Node.Id}: {refused.Detail} → {refused.Remedy}\n");
        }
        return text.Append(explanation.Reason.Length > 0 ? $"  {explanation.Reason}\n" : "").ToString();
    }

    private static string Of(NodeScore score) => $"{score.Failures} failures, {score.UnmetWishes} unmet, "
        + $"branches {(score.TasksInBranches.IsEmpty ? "-" : string.Join('/', score.TasksInBranches))}, {score.TasksOfService} of the service, "
        + FormattableString.Invariant($"{score.ReservedPercent:0.#} %, {score.Tasks} tasks");
}
