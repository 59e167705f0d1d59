namespace Orchestrator.Model.Templating;

/// <summary>Where in a container's spec templates may be.</summary>
internal static class ContainerTemplates
{
    public static ContainerSpec Map(ContainerSpec spec, Func<string, string> expand) => spec with
    {
        Hostname = Named("hostname", spec.Hostname, expand),
        Env = [.. spec.Env.Select(entry => MapEnv(entry, expand))],
        Mounts = [.. spec.Mounts.Select(mount => MapMount(mount, expand))],
    };

    private static string MapEnv(string entry, Func<string, string> expand)
    {
        var equals = entry.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? entry
            : entry[..(equals + 1)] + Named($"environment variable {entry[..equals]}", entry[(equals + 1)..], expand);
    }

    private static Mount MapMount(Mount mount, Func<string, string> expand) => mount with
    {
        Source = Named($"source of mount {mount.Target}", mount.Source, expand),
        Target = Named($"target of mount {mount.Target}", mount.Target, expand),
        Volume = mount.Volume is { } volume ? MapVolume(mount, volume, expand) : null,
    };

    private static VolumeOptions MapVolume(Mount mount, VolumeOptions volume, Func<string, string> expand) =>
        volume with
        {
            Labels = MapValues($"label of mount {mount.Target}", volume.Labels, expand),
            Driver = volume.Driver is { } driver
                ? driver with { Options = MapValues($"driver option of mount {mount.Target}", driver.Options, expand) }
                : null,
        };

    private static ImmutableSortedDictionary<string, string> MapValues(
        string what, ImmutableSortedDictionary<string, string> values, Func<string, string> expand) =>
        values.SetItems(values.Select(
            pair => KeyValuePair.Create(pair.Key, Named($"{what}, {pair.Key}", pair.Value, expand))));

    private static string Named(string setting, string text, Func<string, string> expand)
    {
        try
        {
            return expand(text);
        }
        catch (TemplateException e)
        {
            throw new TemplateException($"{setting}: {e.Problem}", e.Position);
        }
    }
}
