using System.Reflection;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Serialization;

/// <summary>What the attributes say about a type, found without the code under test.</summary>
internal static class Keyed
{
    /// <summary>Every record of the product that is written as MessagePack.</summary>
    public static IEnumerable<Type> Records { get; } = [.. typeof(KeyAttribute).Assembly.GetTypes()
        .Where(t => IsRecord(t) && !t.IsAbstract && !t.ContainsGenericParameters)
        .OrderBy(t => t.FullName, StringComparer.Ordinal)];

    /// <summary>Every closed hierarchy of the product that is written as MessagePack.</summary>
    public static IEnumerable<Type> Unions { get; } = [.. typeof(KeyAttribute).Assembly.GetTypes()
        .Where(t => t.IsDefined(typeof(UnionAttribute), false)).OrderBy(t => t.FullName, StringComparer.Ordinal)];

    public static bool IsRecord(Type type) => type.IsDefined(typeof(MessagePackObjectAttribute), false);

    public static ImmutableArray<UnionAttribute> TagsOf(Type type) =>
        [.. type.GetCustomAttributes<UnionAttribute>(false).OrderBy(u => u.Tag)];

    public static IEnumerable<PropertyInfo> MembersOf(Type record) => record
        .GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        .Where(p => p.IsDefined(typeof(KeyAttribute))).OrderBy(KeyOf);

    public static int KeyOf(PropertyInfo member) => member.GetCustomAttribute<KeyAttribute>()!.IntKey;

    public static Type? ItemOf(Type type) =>
        type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
            ? type.GetGenericArguments()[0]
            : null;

    public static bool IsStringId(Type type) => type.IsValueType && type.GetInterfaces()
        .Any(i => i.IsConstructedGenericType && i.GetGenericTypeDefinition() == typeof(IStringId<>));
}
