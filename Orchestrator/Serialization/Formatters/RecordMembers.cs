using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orchestrator.Serialization.Formatters;

/// <summary>Finds the keyed properties of a record, and refuses records whose data would get lost.</summary>
internal static class RecordMembers
{
    /// <summary>Every gap below the highest key costs a byte in every record.</summary>
    private const int MaxKey = 255;

    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <returns>the member with key n at index n</returns>
    /// <exception cref="NotSupportedException">the record is not fit to be written; the message says why</exception>
    public static Member<T>?[] Of<T>()
    {
        RequireConstructor(typeof(T));
        var members = new List<Member<T>?>();
        foreach (var property in typeof(T).GetProperties(Instance))
        {
            if (property.GetCustomAttribute<KeyAttribute>() is { } key)
                Put(members, property, key.IntKey);
            else if (property.SetMethod is { IsPublic: true })
                throw Refusal(property, "can be set but has no [Key], so its value would be lost");
        }
        return [.. members];
    }

    private static void Put<T>(List<Member<T>?> members, PropertyInfo property, int key)
    {
        if (key is < 0 or > MaxKey)
            throw Refusal(property, $"has key {key}: keys are 0 to {MaxKey}");
        if (property.GetMethod is null || property.SetMethod is null)
            throw Refusal(property, "has a [Key] but cannot be both read and set");
        while (members.Count <= key)
            members.Add(null);
        if (members[key] is not null)
            throw Refusal(property, $"shares key {key} with another property");
        members[key] = Make<T>(property);
    }

    private static Member<T> Make<T>(PropertyInfo property)
    {
        var definition = typeof(T).IsValueType ? typeof(StructMember<,>) : typeof(ClassMember<,>);
        var required = property.IsDefined(typeof(RequiredMemberAttribute));
        return (Member<T>)Activator.CreateInstance(
            definition.MakeGenericType(typeof(T), property.PropertyType), property, required)!;
    }

    private static void RequireConstructor(Type type)
    {
        if (!type.IsValueType && type.GetConstructor(Type.EmptyTypes) is null)
            throw new NotSupportedException(
                $"{type} cannot be read from MessagePack: it needs a public constructor without parameters");
    }

    private static NotSupportedException Refusal(PropertyInfo property, string reason) =>
        new($"{property.DeclaringType}.{property.Name} {reason}");
}
