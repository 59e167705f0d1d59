using System.Collections.Frozen;
using System.Reflection;

namespace Orchestrator.Serialization.Formatters;

/// <summary>A value of a closed hierarchy is <c>[tag, record]</c>.</summary>
internal sealed class UnionFormatter<T> : Formatter<T> where T : class
{
    private readonly Lazy<FrozenDictionary<int, UnionCase<T>>> _byTag = new(
        FindCases, LazyThreadSafetyMode.PublicationOnly);
    private readonly Lazy<FrozenDictionary<Type, UnionCase<T>>> _byType;

    public UnionFormatter() => _byType = new(
        () => _byTag.Value.Values.ToFrozenDictionary(c => c.Type), LazyThreadSafetyMode.PublicationOnly);

    public override void Write(ref MessagePackWriter writer, T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!_byType.Value.TryGetValue(value.GetType(), out var found))
            throw new NotSupportedException($"{value.GetType()} has no [Union] tag in {typeof(T)}");
        writer.Enter();
        writer.WriteArrayHeader(2);
        writer.WriteInt64(found.Tag);
        found.Write(ref writer, value);
        writer.Leave();
    }

    public override T Read(ref MessagePackReader reader)
    {
        var start = reader.Position;
        reader.Enter();
        var count = reader.ReadArrayHeader();
        if (count < 2)
            Malformed.Refuse($"{typeof(T).Name} is written as [tag, value], but there are {count} values", start);
        var tag = reader.ReadInt64();
        if (tag != (int)tag || !_byTag.Value.TryGetValue((int)tag, out var found))
            throw new InvalidDataException(
                $"{typeof(T).Name} has no member with tag {tag} (at byte {start}): is the writer newer?");
        var value = found.Read(ref reader);
        for (var extra = 2; extra < count; extra++)
            reader.Skip();
        reader.Leave();
        return value;
    }

    public override T Empty() =>
        throw new InvalidDataException($"a required {typeof(T).Name} is missing");

    private static FrozenDictionary<int, UnionCase<T>> FindCases() =>
        typeof(T).GetCustomAttributes<UnionAttribute>(inherit: false)
            .Select(UnionCase<T>.Of)
            .ToFrozenDictionary(c => c.Tag);
}
