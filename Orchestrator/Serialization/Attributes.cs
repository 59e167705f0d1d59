namespace Orchestrator.Serialization;

/// <summary>Marks a record that is written as an array, one slot for each <see cref="KeyAttribute"/>.</summary>
/// <remarks>Names and meanings are those of the MessagePack-CSharp package, so it can replace this folder.</remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface)]
public sealed class MessagePackObjectAttribute : Attribute;

/// <summary>The slot of a property in its record's array. Slots are never reused for another meaning.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KeyAttribute(int slot) : Attribute
{
    public int IntKey { get; } = slot;
}

/// <summary>One member of a closed hierarchy: written as <c>[tag, record]</c>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface, AllowMultiple = true)]
public sealed class UnionAttribute(int tag, Type subType) : Attribute
{
    public int Tag { get; } = tag;

    public Type SubType { get; } = subType;
}
