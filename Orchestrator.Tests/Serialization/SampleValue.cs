using System.Reflection;
using System.Runtime.InteropServices;

namespace Orchestrator.Tests.Serialization;

/// <summary>Builds values with every member set, each to something else: a new member is covered by itself.</summary>
internal sealed class SampleValue(int seed = 0)
{
    private int counter = seed;

    public static T Of<T>(int seed = 0) => (T)new SampleValue(seed).Make(typeof(T));

    /// <summary>For a union: one of its members, another one each time.</summary>
    public object Make(Type type)
    {
        var n = ++counter;
        if (Nullable.GetUnderlyingType(type) is { } some)
            return Make(some);
        if (type.IsEnum)
            return PickEnum(type, n);
        if (Keyed.TagsOf(type) is { Length: > 0 } tags)
            return Make(tags[n % tags.Length].SubType);
        if (Keyed.IsRecord(type))
            return MakeRecord(type);
        if (Keyed.ItemOf(type) is { } item)
            return Generic(nameof(MakeArray), item);
        if (Keyed.IsStringId(type))
            return type.GetMethod("From")!.Invoke(null, [$"id{n}"])!;
        return type == typeof(ImmutableSortedDictionary<string, string>) ? MakeMap(n) : MakeSimple(type, n);
    }

    private static object MakeSimple(Type type, int n) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => true,
        TypeCode.String => $"text {n} äß€𝄞",
        TypeCode.Double => n + 0.5,
        TypeCode.Int32 => -70_000 - n,
        TypeCode.Int64 => -5_000_000_000 - n,
        TypeCode.UInt32 => 70_000u + (uint)n,
        TypeCode.UInt64 => ulong.MaxValue - (ulong)n,
        _ when type == typeof(TimeSpan) => TimeSpan.FromTicks(10_000_000_001 + n),
        _ when type == typeof(DateTimeOffset) => DateTimeOffset.UnixEpoch.AddTicks(17_673_230_451_234_567 + n),
        _ when type == typeof(ReadOnlyMemory<byte>) => new ReadOnlyMemory<byte>([0, (byte)n, 255]),
        _ => throw new NotSupportedException($"{type}: teach {nameof(SampleValue)} to make one"),
    };

    private static object PickEnum(Type type, int n)
    {
        var values = Enum.GetValues(type);
        return values.GetValue(1 + (n % (values.Length - 1)))!;
    }

    private static ImmutableSortedDictionary<string, string> MakeMap(int n) =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
            .Add($"b{n}", "second").Add($"Z{n}", "first").Add("", "");

    private object MakeRecord(Type type)
    {
        var record = Activator.CreateInstance(type)!;
        foreach (var member in Keyed.MembersOf(type))
            member.SetValue(record, SetBool(member, record) ?? Make(member.PropertyType));
        return record;
    }

    /// <summary>The opposite of the initializer, when there are only two values.</summary>
    private static object? SetBool(PropertyInfo member, object record) =>
        member.PropertyType == typeof(bool) ? !(bool)member.GetValue(record)! : null;

    private object Generic(string method, Type argument) => GetType()
        .GetMethod(method, BindingFlags.NonPublic | BindingFlags.Instance)!
        .MakeGenericMethod(argument).Invoke(this, [])!;

    private ImmutableArray<T> MakeArray<T>() =>
        ImmutableCollectionsMarshal.AsImmutableArray<T>([(T)Make(typeof(T)), (T)Make(typeof(T))]);
}
