using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Cli.Rendering;

/// <summary>Which fields a value can have, so that a misspelt one is told from one that is absent.</summary>
public sealed class TemplateSchema
{
    private readonly Func<string, TemplateSchema?> _member;

    private TemplateSchema(IReadOnlyList<string> fields, Func<string, TemplateSchema?> member) =>
        (Fields, _member) = (fields, member);

    /// <summary>Any field may be there: maps from text to text, and plain values.</summary>
    public static TemplateSchema Open { get; } = new([], _ => Open);

    public IReadOnlyList<string> Fields { get; }

    /// <summary>Of the elements, for lists and maps.</summary>
    public TemplateSchema? Element { get; private init; }

    /// <summary>null when there is no such field.</summary>
    public TemplateSchema? Member(string field) => _member(field);

    /// <summary>The columns of a list.</summary>
    public static TemplateSchema Of(IReadOnlyList<string> fields) =>
        new(fields, name => fields.Contains(name, StringComparer.Ordinal) ? Open : null);

    /// <summary>The members of a contract, as its JSON knows them.</summary>
    public static TemplateSchema Of(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object)
            return type.ElementType is { } element ? OfElements(type, element) : Open;
        return new(
            type.Properties.Select(property => property.Name).ToList(),
            name => type.Properties.FirstOrDefault(property => property.Name == name) is { } found
                ? Of(type.Options.GetTypeInfo(found.PropertyType))
                : null);
    }

    private static TemplateSchema OfElements(JsonTypeInfo list, Type element)
    {
        var inner = Of(list.Options.GetTypeInfo(element));
        return new([], _ => list.Kind == JsonTypeInfoKind.Dictionary ? inner : null) { Element = inner };
    }
}
