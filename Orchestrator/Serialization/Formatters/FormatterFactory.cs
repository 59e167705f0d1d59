using System.Collections.Frozen;

namespace Orchestrator.Serialization.Formatters;

/// <summary>Chooses the formatter of a type.</summary>
/// <remarks>Formatters of records and unions look at their members on first use, so types may be recursive.</remarks>
internal static class FormatterFactory
{
    private static readonly FrozenDictionary<Type, object> Simple = new Dictionary<Type, object>
    {
        [typeof(bool)] = new BooleanFormatter(),
        [typeof(sbyte)] = new SignedFormatter<sbyte>(),
        [typeof(short)] = new SignedFormatter<short>(),
        [typeof(int)] = new SignedFormatter<int>(),
        [typeof(long)] = new SignedFormatter<long>(),
        [typeof(byte)] = new UnsignedFormatter<byte>(),
        [typeof(ushort)] = new UnsignedFormatter<ushort>(),
        [typeof(uint)] = new UnsignedFormatter<uint>(),
        [typeof(ulong)] = new UnsignedFormatter<ulong>(),
        [typeof(double)] = new DoubleFormatter(),
        [typeof(string)] = new StringFormatter(),
        [typeof(TimeSpan)] = new TimeSpanFormatter(),
        [typeof(DateTimeOffset)] = new DateTimeOffsetFormatter(),
        [typeof(byte[])] = new ByteArrayFormatter(),
        [typeof(ReadOnlyMemory<byte>)] = new MemoryFormatter(),
    }.ToFrozenDictionary();

    /// <returns>a <see cref="Formatter{T}"/> of the type, or null when there is none</returns>
    public static object? Create(Type type)
    {
        if (Simple.TryGetValue(type, out var formatter))
            return formatter;
        if (type.IsEnum)
            return Make(typeof(EnumFormatter<,>), type, type.GetEnumUnderlyingType());
        if (type.IsConstructedGenericType)
            return CreateGeneric(type);
        if (type.IsValueType && type.GetInterfaces().Any(i => IsStringIdOf(i, type)))
            return Make(typeof(StringIdFormatter<>), type);
        if (type.IsAbstract && type.IsDefined(typeof(UnionAttribute), inherit: false))
            return Make(typeof(UnionFormatter<>), type);
        return !type.IsAbstract && type.IsDefined(typeof(MessagePackObjectAttribute), inherit: false)
            ? Make(typeof(RecordFormatter<>), type)
            : null;
    }

    private static object? CreateGeneric(Type type)
    {
        var definition = type.GetGenericTypeDefinition();
        var arguments = type.GetGenericArguments();
        if (definition == typeof(Nullable<>))
            return Make(typeof(NullableFormatter<>), arguments);
        if (definition == typeof(ImmutableArray<>))
            return Make(typeof(ImmutableArrayFormatter<>), arguments);
        return definition == typeof(ImmutableSortedDictionary<,>) && arguments[0] == typeof(string)
            ? Make(typeof(StringMapFormatter<>), arguments[1])
            : null;
    }

    private static bool IsStringIdOf(Type candidate, Type type) =>
        candidate.IsConstructedGenericType
        && candidate.GetGenericTypeDefinition() == typeof(IStringId<>)
        && candidate.GetGenericArguments()[0] == type;

    private static object Make(Type definition, params Type[] arguments) =>
        Activator.CreateInstance(definition.MakeGenericType(arguments))!;
}
