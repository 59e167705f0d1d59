using Orchestrator.Model;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

internal static class InfoReader
{
    private const long NanoCpusPerCpu = 1_000_000_000;
    private const int MostLabels = 256;
    private const int LongestLabel = 256;
    private const int MostResources = 256;

    public static NodeDescription Read(EngineInfo info) => new()
    {
        Runtime = DockerRuntime.KindName,
        EngineVersion = info.ServerVersion ?? "",
        Platform = new Platform { Architecture = info.Architecture ?? "", Os = info.OSType ?? "" },
        Resources = new NodeResources
        {
            NanoCpus = info.NCPU * NanoCpusPerCpu,
            MemoryBytes = info.MemTotal,
            Generic = [.. (info.GenericResources ?? []).Select(Generic).OfType<GenericResource>().Take(MostResources)],
        },
        EngineLabels = Labels(info),
        Plugins = Plugins(info.Plugins ?? new EnginePlugins()),
    };

    /// <summary>Those of a sensible size that the engine was started with, and the derived ones.</summary>
    private static ImmutableSortedDictionary<string, string> Labels(EngineInfo info)
    {
        var given = (info.Labels ?? []).OfType<string>().Where(label => label.Length <= LongestLabel).Take(MostLabels)
            .Select(label => label.Split('=', 2))
            .Select(parts => KeyValuePair.Create(parts[0], parts.ElementAtOrDefault(1) ?? ""));
        var derived = new Dictionary<string, string?>
        {
            [DerivedLabels.StorageDriver] = info.Driver, [DerivedLabels.KernelVersion] = info.KernelVersion,
            [DerivedLabels.OperatingSystem] = info.OperatingSystem,
        };
        var known = derived.Where(label => label.Value is { Length: > 0 });
        return StringMap.Empty.SetItems(given).SetItems(
            known.Select(label => KeyValuePair.Create(label.Key, label.Value!)));
    }

    private static GenericResource? Generic(EngineResource resource) => resource switch
    {
        { DiscreteResourceSpec: { Kind: { Length: > 0 and <= LongestLabel } kind, Value: > 0 and var count } } =>
            new() { Kind = kind, Count = count },
        { NamedResourceSpec: { Kind: { Length: > 0 and <= LongestLabel } kind, Value: { Length: > 0 } unit } } =>
            new() { Kind = kind, Unit = unit },
        _ => null,
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
