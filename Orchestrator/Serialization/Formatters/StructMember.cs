using System.Reflection;

namespace Orchestrator.Serialization.Formatters;

/// <summary>A property of a struct: its accessors take the struct by reference.</summary>
internal sealed class StructMember<TRecord, TValue>(PropertyInfo property, bool required)
    : Member<TRecord, TValue>(required)
    where TRecord : struct
{
    private readonly Getter _get = property.GetMethod!.CreateDelegate<Getter>();
    private readonly Setter _set = property.SetMethod!.CreateDelegate<Setter>();

    private delegate TValue Getter(ref TRecord record);

    private delegate void Setter(ref TRecord record, TValue value);

    protected override TValue Get(ref TRecord record) => _get(ref record);

    protected override void Set(ref TRecord record, TValue value) => _set(ref record, value);
}
