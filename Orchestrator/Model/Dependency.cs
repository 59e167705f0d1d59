namespace Orchestrator.Model;

/// <summary>
/// Another service whose tasks a service's own share something of: each runs beside one of them, for as long as that
/// one lives.
/// </summary>
/// <param name="Service">name or id</param>
public sealed record Dependency(string Service)
{
    public bool Network { get; init; }

    public bool Volumes { get; init; }

    /// <summary>It may not write to the volumes.</summary>
    public bool ReadOnly { get; init; }

    /// <summary><c>network and volumes</c></summary>
    public string What => (Network, Volumes) switch
    {
        (true, true) => "network and volumes",
        (true, false) => "network",
        _ => "volumes",
    };
}

/// <summary>
/// What a service shares of others travels in two labels, of the service or of its containers:
/// <c>swarmnet.network-from=SERVICE</c> and <c>swarmnet.volumes-from=SERVICE[:ro|:rw],…</c>
/// </summary>
public static class Dependencies
{
    public const string NetworkFrom = "swarmnet.network-from";
    public const string VolumesFrom = "swarmnet.volumes-from";

    /// <summary>Services that one shares volumes of, at most.</summary>
    private const int MostSources = 16;

    private const string ReadOnlyMode = "ro";
    private const string ReadWriteMode = "rw";

    public static bool IsLabel(string name) => name is NetworkFrom or VolumesFrom;

    public static ImmutableArray<Dependency> Of(ServiceSpec spec) => Of(spec.Labels, spec.Template.Container.Labels);

    /// <summary>Each service once, in the order in which they are named. The service's labels win.</summary>
    public static ImmutableArray<Dependency> Of(
        ImmutableSortedDictionary<string, string> service, ImmutableSortedDictionary<string, string> container)
    {
        var network = Value(NetworkFrom, service, container);
        var volumes = Value(VolumesFrom, service, container);
        if (network is null && volumes is null)
            return [];
        var all = new List<Dependency>();
        if (network is not null)
            all.Add(new Dependency(network) { Network = true });
        foreach (var (name, mode) in Sources(volumes))
        {
            var at = all.FindIndex(other => string.Equals(other.Service, name, StringComparison.OrdinalIgnoreCase));
            var dependency = at < 0 ? new Dependency(name) : all[at];
            dependency = dependency with { Volumes = true, ReadOnly = mode == ReadOnlyMode };
            if (at < 0)
                all.Add(dependency);
            else
                all[at] = dependency;
        }
        return [.. all];
    }

    /// <returns>what is wrong with the labels, and what to write instead; null when nothing is</returns>
    public static string? ProblemOf(ServiceSpec spec)
    {
        var (service, container) = (spec.Labels, spec.Template.Container.Labels);
        if (Value(NetworkFrom, service, container) is { } network && !IsName(network))
            return $"label {NetworkFrom}: '{network}' is no service; need the name of one";
        string[] names = [.. Sources(Value(VolumesFrom, service, container)).Select(source => source.Name)];
        foreach (var (name, mode) in Sources(Value(VolumesFrom, service, container)))
            if (!IsName(name) || mode is not (ReadOnlyMode or ReadWriteMode))
                return $"label {VolumesFrom}: '{(mode == ReadWriteMode ? name : $"{name}:{mode}")}' is not understood; "
                    + "need SERVICE or SERVICE:ro, several with commas between them";
        if (names.Length > MostSources)
            return $"label {VolumesFrom}: more than the limit of {MostSources} services";
        if (names.Length != names.Distinct(StringComparer.OrdinalIgnoreCase).Count())
            return $"label {VolumesFrom}: names a service twice";
        return null;
    }

    private static string? Value(
        string label, ImmutableSortedDictionary<string, string> service,
        ImmutableSortedDictionary<string, string> container) =>
        (service.GetValueOrDefault(label) ?? container.GetValueOrDefault(label))?.Trim();

    private static IEnumerable<(string Name, string Mode)> Sources(string? text)
    {
        foreach (var source in text?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            var colon = source.IndexOf(':', StringComparison.Ordinal);
            yield return colon < 0 ? (source, ReadWriteMode) : (source[..colon], source[(colon + 1)..]);
        }
    }

    /// <summary>Anything that a service can be called by.</summary>
    private static bool IsName(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
