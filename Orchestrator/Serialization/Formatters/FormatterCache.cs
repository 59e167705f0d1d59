namespace Orchestrator.Serialization.Formatters;

/// <summary>The one formatter of a type.</summary>
internal static class FormatterCache<T>
{
    public static readonly Formatter<T> Instance =
        (Formatter<T>?)FormatterFactory.Create(typeof(T)) ?? new UnsupportedFormatter<T>();
}
