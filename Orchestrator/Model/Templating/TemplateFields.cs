namespace Orchestrator.Model.Templating;

/// <summary>The fields a template may name. Labels are a map; all others are text.</summary>
internal static class TemplateFields
{
    public const string Labels = ".Service.Labels";

    private static readonly ImmutableSortedDictionary<string, Func<TemplateContext, string>> Texts =
        new Dictionary<string, Func<TemplateContext, string>>
        {
            [".Service.ID"] = context => context.ServiceId.Value,
            [".Service.Name"] = context => context.ServiceName,
            [".Node.ID"] = context => context.NodeId.Value,
            [".Node.Hostname"] = context => context.Hostname,
            [".Node.Platform.OS"] = context => context.Platform.Os,
            [".Node.Platform.Architecture"] = context => context.Platform.Architecture,
            [".Task.ID"] = context => context.TaskId.Value,
            [".Task.Name"] = context => context.TaskName,
            [".Task.Slot"] = context => context.SlotText,
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>The node for a chain of names, as <c>.Service.Name</c>.</summary>
    /// <exception cref="TemplateException">there is no such field</exception>
    public static TemplateNode Find(string path, int position)
    {
        if (Texts.TryGetValue(path, out var read))
            return new TextField(read, position);
        if (path == Labels)
            return new LabelMap(position);
        if (path.StartsWith(Labels + ".", StringComparison.Ordinal) && !path[(Labels.Length + 1)..].Contains('.'))
            return new LabelField(path[(Labels.Length + 1)..], position);
        throw new TemplateException($"\"{path}\" is not a field of a template: {Advice(path)}", position);
    }

    private static string Advice(string path)
    {
        var known = Texts.Keys.Append(Labels).Order(StringComparer.Ordinal).ToList();
        var below = known.Where(field => field.StartsWith(path + ".", StringComparison.Ordinal)).ToList();
        return "use " + string.Join(", ", below.Count > 0 ? below : known);
    }
}
