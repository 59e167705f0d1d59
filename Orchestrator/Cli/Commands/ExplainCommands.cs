using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Rendering;

namespace Orchestrator.Cli.Commands;

/// <summary>Why tasks go where they go, or nowhere.</summary>
internal static class ExplainCommands
{
    private const string Collection = "/swarmnet/v1/explain";

    public static CliCommand BuildService() => New("service", ArgumentKind.Service,
        "Where the next task of a service would go, or what each node lacks.", RunServiceAsync);

    public static CliCommand BuildTask() => New("task", ArgumentKind.None,
        "Where a task is and whether its node still suits it, or why it waits.", RunTaskAsync);

    public static CliCommand BuildNode() => New("node", ArgumentKind.Node,
        "What a node holds, and what it would take of that which waits; self is this host.", RunNodeAsync);

    private static CliCommand New(
        string kind, ArgumentKind completes, string summary, Func<Invocation, CancellationToken, Task<int>> run) =>
        new($"explain {kind}", summary, run)
    {
        Examples =
        [
            $"swarmnet explain {kind} {Example(kind)}", $"swarmnet explain {kind} {Example(kind)} --format json",
        ],
        Usage = kind == "node" ? "self|NODE" : kind.ToUpperInvariant(),
        MinArguments = 1,
        MaxArguments = 1,
        Completes = completes,
        Flags = [Flag.Format("table or json", "-f")],
    };

    private static string Example(string kind) => kind switch
    {
        "service" => "web",
        "task" => "web.1",
        _ => "host1",
    };

    private static Task<int> RunServiceAsync(Invocation run, CancellationToken ct) => ShowAsync(
        run, ExplanationText.Service, WireJson.Default.ServiceExplanationDto, type => Lookups.WithHintAsync(
            run, "services", run.Arguments[0], path => run.Api.GetAsync(Collection + path, _ => type, ct), ct));

    private static Task<int> RunTaskAsync(Invocation run, CancellationToken ct) => ShowAsync(
        run, ExplanationText.Task, WireJson.Default.TaskExplanationDto, type => run.Api.GetAsync(
            Collection + Client.ApiQuery.Path("tasks", run.Arguments[0]), _ => type, ct));

    private static Task<int> RunNodeAsync(Invocation run, CancellationToken ct) => ShowAsync(
        run, ExplanationText.Node, WireJson.Default.NodeExplanationDto, async type =>
        {
            var name = await Lookups.OwnNameAsync(run, run.Arguments[0], ct);
            return await Lookups.WithHintAsync(
                run, "nodes", name, path => run.Api.GetAsync(Collection + path, _ => type, ct), ct);
        });

    private static async Task<int> ShowAsync<T>(
        Invocation run, Action<Invocation, T> write, JsonTypeInfo<T> type, Func<JsonTypeInfo<T>, Task<T>> get)
    {
        var isJson = run.Choice("--format", "table", "json") == "json";
        var explanation = await get(type);
        if (isJson)
            run.Out.WriteLine(JsonText.Indented(JsonSerializer.SerializeToNode(explanation, type)));
        else
            write(run, explanation);
        return ExitCode.Ok;
    }
}
