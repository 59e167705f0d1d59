using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

/// <summary>The <c>filters</c> parameter of lists and events.</summary>
internal static class Filters
{
    public static string Label(ClusterId cluster) => $"{ContainerLabels.Cluster}={cluster.Value}";

    public static string Write(params ReadOnlySpan<(string Key, string[] Values)> filters)
    {
        var map = new Dictionary<string, string[]>();
        foreach (var (key, values) in filters)
            map[key] = values;
        return Uri.EscapeDataString(JsonSerializer.Serialize(map, EngineJson.Default.DictionaryStringStringArray));
    }
}
