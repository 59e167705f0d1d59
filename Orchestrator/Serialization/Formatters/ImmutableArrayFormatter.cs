using System.Runtime.InteropServices;

namespace Orchestrator.Serialization.Formatters;

/// <summary>The default array is written as nil and comes back empty.</summary>
internal sealed class ImmutableArrayFormatter<T> : Formatter<ImmutableArray<T>>
{
    /// <summary>More room than this is made only for items that are really there.</summary>
    private const int TrustedCount = 1024;

    private readonly Formatter<T> _item = FormatterCache<T>.Instance;

    public override void Write(ref MessagePackWriter writer, ImmutableArray<T> value)
    {
        if (value.IsDefault)
        {
            writer.WriteNil();
            return;
        }
        writer.Enter();
        writer.WriteArrayHeader(value.Length);
        foreach (var element in value)
            _item.Write(ref writer, element);
        writer.Leave();
    }

    public override ImmutableArray<T> Read(ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
            return [];
        reader.Enter();
        var count = reader.ReadArrayHeader();
        if (count == 0)
        {
            reader.Leave();
            return [];
        }
        var items = new T[Math.Min(count, TrustedCount)];
        for (var i = 0; i < count; i++)
        {
            if (i == items.Length)
                Array.Resize(ref items, (int)Math.Min(count, items.Length * 2L));
            items[i] = _item.Read(ref reader);
        }
        reader.Leave();
        return ImmutableCollectionsMarshal.AsImmutableArray(items);
    }

    public override ImmutableArray<T> Empty() => [];
}
