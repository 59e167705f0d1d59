using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Rendering;

namespace Orchestrator.Cli.Commands;

internal static class NodeInspect
{
    public static CliCommand Build() => new("node inspect", "Show everything about nodes; self is this host.", RunAsync)
    {
        Examples = ["swarmnet node inspect self --pretty", "swarmnet node inspect node2 --format '{{.Status.State}}'"],
        Usage = "self|NODE [NODE...]",
        MinArguments = 1,
        MaxArguments = CliCommand.Unlimited,
        Completes = ArgumentKind.Node,
        Flags = [Flag.Format("json, or a template like '{{.Status.State}}'", "-f"), Flag.Switch(
            "--pretty", "Print for people")],
    };

    private static Task<int> RunAsync(Invocation run, CancellationToken ct) => InspectRun.ShowAsync(
        run,
        name => Lookups.NodeJsonAsync(run, name, ct),
        TemplateSchema.Of(WireJson.Default.NodeDto),
        json => PrettyNode.Write(run.Out, json.Deserialize(WireJson.Default.NodeDto)!, run.Now));
}

/// <summary>What every inspect does: show those that are there, complain about those that are not.</summary>
internal static class InspectRun
{
    public static async Task<int> ShowAsync(
        Invocation run, Func<string, Task<JsonNode>> get, TemplateSchema schema, Action<JsonNode> pretty)
    {
        var found = new List<JsonNode>();
        var isPretty = run.IsOn("--pretty");
        if (isPretty && run.Has("--format"))
            throw CliException.Usage("--pretty and --format exclude each other");
        var exitCode = await BatchRun.EachAsync(run, async name => found.Add(await get(name)));
        if (isPretty)
            foreach (var json in found)
                pretty(json);
        else if (found.Count > 0 || string.IsNullOrEmpty(run.Text("--format")))
            ObjectView.Write(run.Out, found, schema, run.Text("--format"));
        return exitCode;
    }
}
