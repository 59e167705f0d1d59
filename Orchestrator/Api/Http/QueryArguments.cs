using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.Api.Http;

/// <summary>Query arguments as the docker CLI writes them.</summary>
internal static class QueryArguments
{
    /// <summary>Everything but nothing, 0, no, false and none is true, as the engine has it.</summary>
    public static bool Flag(this HttpContext http, string name) =>
        http.Request.Query[name].ToString().Trim().ToLowerInvariant() is not ("" or "0" or "no" or "false" or "none");

    public static string Argument(this HttpContext http, string name) => http.Request.Query[name].ToString();

    public static string RouteText(this HttpContext http, string name) => (string?)http.Request.RouteValues[name] ?? "";

    /// <param name="kind">what has the version, for the message</param>
    public static ulong ObjectVersion(this HttpContext http, string kind)
    {
        var text = http.Argument("version");
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw ApiException.Bad($"invalid {kind} version '{text}': a number is needed, the Version.Index of the "
                + $"{kind} as last read");
    }
}
