using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Specs;

/// <summary>What a service shares of others: Docker's specification has no field for it.</summary>
internal static class DependencyLabels
{
    private const string Network = "swarmnet.network-from";
    private const string Volumes = "swarmnet.volumes-from";

    /// <param name="service">empty: its tasks have a network of their own</param>
    public static void WriteNetwork(ServiceSpecDto spec, string service) => Write(spec, Network, service);

    /// <summary><c>cache</c> or <c>cache:ro</c></summary>
    public static IReadOnlyList<string>? ReadVolumes(ServiceSpecDto spec) =>
        spec.Labels?.GetValueOrDefault(Volumes)?.Split(',', StringSplitOptions.TrimEntries);

    public static void WriteVolumes(ServiceSpecDto spec, IReadOnlyList<string>? sources) =>
        Write(spec, Volumes, string.Join(',', sources ?? []));

    public static string ServiceOf(string source) => source.Split(':')[0];

    private static void Write(ServiceSpecDto spec, string label, string value) => spec.Labels = value.Length > 0
        ? KeyValues.With(spec.Labels, $"{label}={value}")
        : KeyValues.Without(spec.Labels, [label]);
}
