using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Commands;

internal static class NodeWrites
{
    /// <summary>Stores the node's spec, unless somebody changed the node since it was read.</summary>
    public static Task UpdateAsync(Invocation run, NodeDto node, bool force, CancellationToken ct) =>
        run.Api.PostAsync(
            ApiQuery.With(
                ApiQuery.Path("nodes", node.Id, "/update"),
                ("version", Invariantly.Text(node.Version.Index)),
                ("force", force ? "1" : null)),
            ApiBody.Of(node.Spec, WireJson.Default.NodeSpecDto),
            ct);
}
