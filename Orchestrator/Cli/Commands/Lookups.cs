using System.Text.Json.Nodes;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Commands;

/// <summary>Finds objects by name; a name that does not exist brings the nearest ones that do.</summary>
internal static class Lookups
{
    public const string Self = "self";

    public static Task<ServiceDto> ServiceAsync(Invocation run, string name, CancellationToken ct) =>
        WithHintAsync(run, "services", name, path => run.Api.GetAsync(
            ApiQuery.With(path, ("insertDefaults", "false")), wire => wire.ServiceDto, ct), ct);

    public static async Task<NodeDto> NodeAsync(Invocation run, string name, CancellationToken ct) =>
        await WithHintAsync(run, "nodes", await OwnNameAsync(run, name, ct), path =>
            run.Api.GetAsync(path, wire => wire.NodeDto, ct), ct);

    public static Task<JsonNode> ServiceJsonAsync(Invocation run, string name, CancellationToken ct) =>
        WithHintAsync(run, "services", name, path =>
            run.Api.GetJsonAsync(ApiQuery.With(path, ("insertDefaults", "true")), ct), ct);

    public static async Task<JsonNode> NodeJsonAsync(Invocation run, string name, CancellationToken ct) =>
        await WithHintAsync(
            run, "nodes", await OwnNameAsync(run, name, ct), path => run.Api.GetJsonAsync(path, ct), ct);

    /// <summary>This host's part in the cluster.</summary>
    public static async Task<SwarmInfoDto> OwnPartAsync(Invocation run, CancellationToken ct) =>
        (await run.Api.GetAsync("/info", wire => wire.InfoDto, ct)).Swarm;

    public static Task<IReadOnlyList<NodeDto>> NodesAsync(Invocation run, string? filters, CancellationToken ct) =>
        run.Api.GetAsync(ApiQuery.With("/nodes", ("filters", filters)), wire => wire.IReadOnlyListNodeDto, ct);

    public static Task<IReadOnlyList<ServiceDto>> ServicesAsync(
        Invocation run, string? filters, bool withStatus, CancellationToken ct) =>
        run.Api.GetAsync(
            ApiQuery.With("/services", ("filters", filters), ("status", withStatus ? "true" : null)),
            wire => wire.IReadOnlyListServiceDto,
            ct);

    public static Task<IReadOnlyList<TaskDto>> TasksAsync(
        Invocation run, IReadOnlyList<KeyValuePair<string, string>> filters, CancellationToken ct) =>
        run.Api.GetAsync(
            ApiQuery.With(
                "/tasks", ("filters", FilterSyntax.ToJson(filters))), wire => wire.IReadOnlyListTaskDto, ct);

    public static string NameOf(NodeDto node) =>
        !string.IsNullOrEmpty(node.Spec.Name) ? node.Spec.Name : node.Description.Hostname ?? node.Id;

    public static async Task<string> OwnNameAsync(Invocation run, string name, CancellationToken ct)
    {
        if (name != Self)
            return name;
        var id = (await OwnPartAsync(run, ct)).NodeId;
        return id.Length > 0
            ? id
            : throw new CliException(
                ExitCode.Unreachable, "this host is in no cluster, so \"self\" is no node", $"at {run.Address}",
                "Start a cluster with \"swarmnet init\", or join one with \"swarmnet join\".");
    }

    /// <param name="collection"><c>services</c> or <c>nodes</c></param>
    public static async Task<T> WithHintAsync<T>(
        Invocation run, string collection, string name, Func<string, Task<T>> get, CancellationToken ct)
    {
        try
        {
            return await get(ApiQuery.Path(collection, name));
        }
        catch (CliException e) when (e.ExitCode == ExitCode.NotFound)
        {
            var names = await NamesAsync(run, collection, ct);
            var kind = collection.TrimEnd('s');
            throw new CliException(
                e.ExitCode, $"there is no {kind} \"{name}\"", e.Where, Suggestions.DidYouMean(name, names)
                    ?? $"List them: swarmnet {kind} ls");
        }
    }

    private static async Task<IEnumerable<string>> NamesAsync(
        Invocation run, string collection, CancellationToken ct) =>
        collection == "services"
            ? (await ServicesAsync(run, null, false, ct)).Select(service => service.Spec.Name ?? service.Id)
            : (await NodesAsync(run, null, ct)).Select(NameOf);
}
