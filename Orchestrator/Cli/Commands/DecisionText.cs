using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Rendering;

namespace Orchestrator.Cli.Commands;

/// <summary>What the scheduler would do, for people: nodes that fit best first, then those that refuse.</summary>
internal static class DecisionText
{
    /// <summary>Of nodes that fit, and of those that one filter refuses; the others are counted.</summary>
    private const int MostShown = 5;

    public static void Write(TextWriter output, PlacementDecisionDto next)
    {
        if (next.Fitting > 0)
            WriteFitting(output, next);
        foreach (var refusals in next.Refusals)
            WriteRefusals(output, refusals);
    }

    /// <summary><c>1 task</c>, <c>2 tasks</c></summary>
    public static string Count(int number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");

    public static string Sentence(PlacementDecisionDto next) => next switch
    {
        { Nodes: 0 } => "the cluster has no nodes",
        { Fitting: 0, Nodes: 1 } => "the only node does not fit",
        { Fitting: 0 } => $"none of {next.Nodes} nodes fits",
        { Alike: > 1 } => $"would go to any of {next.Alike} nodes, each as likely",
        _ => $"would go to {next.Best[0].Name}",
    };

    public static string Percent(double percent) => percent.ToString("0.#", CultureInfo.InvariantCulture) + " %";

    private static void WriteFitting(TextWriter output, PlacementDecisionDto next)
    {
        output.WriteLine();
        output.WriteLine($"{next.Fitting} of {Count(next.Nodes, "node")} fit, best first; strategy {next.Strategy}, "
            + "what weighs most first");
        NodeVerdictDto[] shown = [.. next.Best.Take(MostShown)];
        (string Header, Func<NodeVerdictDto, string> Cell)[] columns =
        [
            ("NODE", node => node.Name),
            .. Parts(next.SpreadOver ?? [])
                .Where(part => part.IsAlways || shown.Any(node => part.Value(node.Score!) is not ("0" or "0 %")))
                .Select(part => (part.Header, Cell(part.Value))),
        ];
        var table = new TextTable();
        table.Add([.. columns.Select(column => column.Header)]);
        foreach (var node in shown)
            table.Add([.. columns.Select(column => column.Cell(node))]);
        table.WriteTo(output);
        WriteMore(output, next.Fitting - shown.Length);
    }

    private static Func<NodeVerdictDto, string> Cell(Func<NodeScoreDto, string> value) => node => value(node.Score!);

    /// <summary>What nodes are compared by; what is 0 on all of them is left out, unless it is shown always.</summary>
    private static IEnumerable<(string Header, bool IsAlways, Func<NodeScoreDto, string> Value)> Parts(
        IReadOnlyList<string> spreadOver) =>
    [
        ("FAILURES", false, score => Text(score.Failures)),
        ("UNMET WISHES", false, score => Text(score.UnmetWishes)),
        .. spreadOver.Select((key, level) => (
            $"TASKS IN {key}", true, (Func<NodeScoreDto, string>)(score => Text(score.TasksInBranches![level])))),
        ("TASKS OF SERVICE", false, score => Text(score.TasksOfService)),
        ("RESERVED", false, score => Percent(score.ReservedPercent)),
        ("TASKS", true, score => Text(score.Tasks)),
    ];

    private static void WriteRefusals(TextWriter output, FilterRefusalsDto refusals)
    {
        output.WriteLine();
        output.WriteLine($"{refusals.Summary}; tried again when {refusals.Wakes}");
        var table = new TextTable();
        table.Add("NODE", "WHY", "WHAT WOULD HELP");
        foreach (var node in refusals.Shown.Take(MostShown))
            table.Add(node.Name, node.Detail ?? "", node.Remedy ?? "");
        table.WriteTo(output);
        WriteMore(output, refusals.Nodes - Math.Min(MostShown, refusals.Shown.Count));
    }

    private static void WriteMore(TextWriter output, int more)
    {
        if (more > 0)
            output.WriteLine($"and {more} more");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
