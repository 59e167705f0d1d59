using System.Reflection;

namespace Orchestrator.Serialization.Formatters;

/// <summary>A property of a class, through delegates bound to its getter and setter: nothing is boxed.</summary>
internal sealed class ClassMember<TRecord, TValue>(PropertyInfo property, bool required)
    : Member<TRecord, TValue>(required)
    where TRecord : class
{
    private readonly Func<TRecord, TValue> _get = property.GetMethod!.CreateDelegate<Func<TRecord, TValue>>();
    private readonly Action<TRecord, TValue> _set = property.SetMethod!.CreateDelegate<Action<TRecord, TValue>>();

    protected override TValue Get(ref TRecord record) => _get(record);

    protected override void Set(ref TRecord record, TValue value) => _set(record, value);
}
