using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Http;
using Orchestrator.Api.Mapping;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Lookup;

internal static class NodeList
{
    public static IEnumerable<Node> Find(StateSnapshot state, HttpContext http)
    {
        var filters = ListFilters.Of(http, "id", "name", "label", "node.label", "role", "membership");
        if (filters.IsEmpty)
            return state.Nodes.Values;
        return state.Nodes.Values.Where(node =>
            filters.AnyPrefix("id", node.Id.Value)
            && filters.AnyPrefix("name", node.Description.Hostname)
            && filters.Labels("label", node.Description.EngineLabels)
            && filters.Labels("node.label", node.Spec.Labels)
            && filters.Any("role", role => Words.Role(role) == node.Spec.Role)
            && filters.Any("membership", IsAccepted));
    }

    /// <summary>A node has its row only when it is accepted.</summary>
    private static bool IsAccepted(string membership) => membership switch
    {
        "accepted" => true,
        "pending" => false,
        _ => throw ApiException.Bad($"Invalid filter 'membership={membership}'"),
    };
}
