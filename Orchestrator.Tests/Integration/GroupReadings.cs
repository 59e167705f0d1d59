using System.Text.Json.Nodes;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration;

/// <summary>How a manager sees the group that it belongs to.</summary>
internal static class GroupReadings
{
    /// <summary>All members are up, have a vote, and one leads.</summary>
    public static Task<JsonNode> WaitReachableAsync(this DaemonProcess manager, int count) => Eventually.Get(
        $"{count} managers with a vote", () => manager.Api.ReadAsync("/info"),
        info => (int?)info["Swarm"]!["Quorum"]?["Voters"] == count && (int?)info["Swarm"]!["Quorum"]!["Reachable"] == count
            && (int?)info["Swarm"]!["Managers"] == count && ((string?)info["Swarm"]!["Error"] ?? "").Length == 0);

    /// <summary>Name of the host that leads; null when none is known.</summary>
    /// <param name="nodes">as <c>/nodes</c> shows them</param>
    public static string? Leader(JsonNode nodes) => (string?)nodes.AsArray()
        .SingleOrDefault(node => (bool?)node!["ManagerStatus"]?["Leader"] == true)?["Description"]!["Hostname"];
}
