using Orchestrator.Model;

namespace Orchestrator.Scheduling;

/// <summary>Two vocabularies for one thing: uname's and Go's names of machines.</summary>
internal static class Platforms
{
    public static string Normalize(string architecture) => architecture.ToLowerInvariant() switch
    {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv7l" or "armv6l" => "arm",
        var other => other,
    };

    /// <summary>An empty part of what is wanted matches everything.</summary>
    public static bool Match(Platform wanted, Platform actual) =>
        (wanted.Os.Length == 0 || wanted.Os.Equals(actual.Os, StringComparison.OrdinalIgnoreCase))
        && (wanted.Architecture.Length == 0 || Normalize(wanted.Architecture) == Normalize(actual.Architecture));
}
