using System.Net;
using Orchestrator.Model;

namespace Orchestrator.Agents;

/// <summary>Which manager leads, as one that does not lead says when it refuses a call.</summary>
internal static class LeaderHint
{
    private const int MaxLength = 64;

    /// <returns><c>ip:port</c>; empty when it does not know, or what it says is no such address</returns>
    public static string In(HttpResponseMessage response) =>
        response.Headers.TryGetValues(ClusterPaths.LeaderHeader, out var values)
            ? AddressIn(values.First())
            : "";

    /// <returns><c>ip:port</c>; empty when it is no such address</returns>
    public static string AddressIn(string text) =>
        text.Length <= MaxLength && IPEndPoint.TryParse(text, out var leader) && leader.Port > 0
            ? leader.ToString()
            : "";
}
