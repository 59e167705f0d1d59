using System.Globalization;
using System.Text.Json;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Rendering;

namespace Orchestrator.Cli.Commands;

/// <summary>What the creation of a service would come to; nothing is written.</summary>
internal static class DryRun
{
    private const int MostNodes = 20;

    public static async Task<int> RunAsync(Invocation run, ServiceSpecDto spec, CancellationToken ct)
    {
        var isJson = run.Choice("--format", "table", "json") == "json";
        var plan = await ServiceWrites.PlanAsync(run, spec, ct);
        if (isJson)
            run.Out.WriteLine(JsonText.Indented(
                JsonSerializer.SerializeToNode(plan, WireJson.Default.PlacementPlanDto)));
        else
            Write(run.Out, plan);
        return plan.Placed == plan.Tasks ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Write(TextWriter output, PlacementPlanDto plan)
    {
        output.WriteLine($"Nothing is created. {plan.Placed} of {DecisionText.Count(plan.Tasks, "task")} fit now"
            + (plan.Next.Strategy == "random" ? "; strategy random: another draw differs" : ""));
        if (plan.Nodes.Count > 0)
            WriteNodes(output, plan.Nodes);
        if (plan.Placed < plan.Tasks)
        {
            output.WriteLine();
            output.WriteLine($"The next, after these: {DecisionText.Sentence(plan.Next)}");
            WritePushedOut(output, plan.PushedOut ?? []);
        }
        DecisionText.Write(output, plan.Next);
    }

    private static void WritePushedOut(TextWriter output, IReadOnlyList<PushedOutDto> made)
    {
        foreach (var one in made.Take(MostNodes))
            output.WriteLine($"One would push out, on {one.Name}: {string.Join(", ", one.Tasks)}");
        if (made.Count > MostNodes)
            output.WriteLine($"and {made.Count - MostNodes} more would push out others");
    }

    private static void WriteNodes(TextWriter output, IReadOnlyList<PlannedNodeDto> nodes)
    {
        output.WriteLine();
        var table = new TextTable();
        table.Add("NODE", "NEW TASKS");
        foreach (var node in nodes.Take(MostNodes))
            table.Add(node.Name, node.Tasks.ToString(CultureInfo.InvariantCulture));
        table.WriteTo(output);
        if (nodes.Count > MostNodes)
            output.WriteLine($"and {nodes.Count - MostNodes} more");
    }
}
