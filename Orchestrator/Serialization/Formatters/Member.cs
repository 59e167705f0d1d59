namespace Orchestrator.Serialization.Formatters;

/// <summary>One keyed property of a record.</summary>
internal abstract class Member<TRecord>
{
    public abstract void Write(ref MessagePackWriter writer, ref TRecord record);

    public abstract void Read(ref MessagePackReader reader, ref TRecord record);

    /// <summary>The data lacks the member: it stays as initialized or gets the empty value if it is required.</summary>
    public abstract void SetMissing(ref TRecord record);
}

/// <summary>What is the same for properties of classes and of structs.</summary>
internal abstract class Member<TRecord, TValue>(bool required) : Member<TRecord>
{
    /// <summary>Asked once: code that is not optimized yet boxes a struct to compare it with null.</summary>
    private static readonly bool IsReference = !typeof(TValue).IsValueType;

    private readonly Formatter<TValue> _formatter = FormatterCache<TValue>.Instance;

    public sealed override void Write(ref MessagePackWriter writer, ref TRecord record)
    {
        var value = Get(ref record);
        if (IsReference && value is null)
            writer.WriteNil();
        else
            _formatter.Write(ref writer, value);
    }

    public sealed override void Read(ref MessagePackReader reader, ref TRecord record)
    {
        if (!_formatter.NilIsValue && reader.TryReadNil())
            SetMissing(ref record);
        else
            Set(ref record, _formatter.Read(ref reader));
    }

    public sealed override void SetMissing(ref TRecord record)
    {
        if (required)
            Set(ref record, _formatter.Empty());
    }

    protected abstract TValue Get(ref TRecord record);

    protected abstract void Set(ref TRecord record, TValue value);
}
