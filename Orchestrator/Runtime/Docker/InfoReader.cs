using Orchestrator.Model;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

internal static class InfoReader
{
    private const long NanoCpusPerCpu = 1_000_000_000;

    public static NodeDescription Read(EngineInfo info) => new()
    {
        Runtime = DockerRuntime.KindName,
        EngineVersion = info.ServerVersion ?? "",
        Platform = new Platform { Architecture = info.Architecture ?? "", Os = info.OSType ?? "" },
        Resources = new NodeResources { NanoCpus = info.NCPU * NanoCpusPerCpu, MemoryBytes = info.MemTotal },
        Plugins = Plugins(info.Plugins ?? new EnginePlugins()),
    };

    /// <summary>Sorted, so that the same engine always describes itself the same.</summary>
    private static ImmutableArray<string> Plugins(EnginePlugins plugins)
    {
        var all = Typed("Volume", plugins.Volume)
            .Concat(Typed("Network", plugins.Network))
            .Concat(Typed("Authorization", plugins.Authorization))
            .Concat(Typed("Log", plugins.Log));
        return [.. all.Distinct().Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Typed(string type, string[]? names) =>
        (names ?? []).Select(name => $"{type}/{name}");
}
