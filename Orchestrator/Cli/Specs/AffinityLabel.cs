using System.Text.Json;
using Orchestrator.Api.Contracts;

namespace Orchestrator.Cli.Specs;

/// <summary>Affinities of a service: Docker's specification has no field for them, they travel as a label.</summary>
internal static class AffinityLabel
{
    private const string Name = "swarmnet.affinities";

    /// <exception cref="CliException">the label is no list: somebody wrote it by hand</exception>
    public static IReadOnlyList<string>? Read(ServiceSpecDto spec)
    {
        if (spec.Labels?.GetValueOrDefault(Name) is not { } text)
            return null;
        try
        {
            return JsonSerializer.Deserialize(text, TextListJson.Default.StringArray);
        }
        catch (JsonException)
        {
            throw CliException.Usage(
                $"the label {Name} is not a JSON list of texts", fix: $"remove it with --label-rm {Name}");
        }
    }

    public static void Write(ServiceSpecDto spec, IReadOnlyList<string>? affinities)
    {
        var labels = (spec.Labels ?? new Dictionary<string, string>()).Where(label => label.Key != Name)
            .ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal);
        if (affinities is { Count: > 0 })
            labels[Name] = JsonSerializer.Serialize([.. affinities], TextListJson.Default.StringArray);
        spec.Labels = labels;
    }
}
