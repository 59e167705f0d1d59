namespace Orchestrator.Serialization.Formatters;

/// <summary>Maps from strings, in ordinal order whatever the order of the value or the input is.</summary>
internal sealed class StringMapFormatter<T> : Formatter<ImmutableSortedDictionary<string, T>>
{
    private static readonly ImmutableSortedDictionary<string, T> None =
        ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);

    private readonly Formatter<T> _item = FormatterCache<T>.Instance;

    public override void Write(ref MessagePackWriter writer, ImmutableSortedDictionary<string, T> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        writer.Enter();
        writer.WriteMapHeader(value.Count);
        foreach (var (key, element) in value.WithComparers(StringComparer.Ordinal))
        {
            writer.WriteString(key);
            _item.Write(ref writer, element);
        }
        writer.Leave();
    }

    public override ImmutableSortedDictionary<string, T> Read(ref MessagePackReader reader)
    {
        reader.Enter();
        var count = reader.ReadMapHeader();
        var map = None.ToBuilder();
        for (var i = 0; i < count; i++)
        {
            var start = reader.Position;
            var key = reader.ReadString();
            if (map.ContainsKey(key))
                Malformed.Refuse("a key of a map occurs twice", start);
            map.Add(key, _item.Read(ref reader));
        }
        reader.Leave();
        return count == 0 ? None : map.ToImmutable();
    }

    public override ImmutableSortedDictionary<string, T> Empty() => None;
}
