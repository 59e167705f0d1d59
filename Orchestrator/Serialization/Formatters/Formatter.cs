namespace Orchestrator.Serialization.Formatters;

/// <summary>Writes and reads values of one type. Built once a type, then used by every thread.</summary>
internal abstract class Formatter<T>
{
    /// <summary>True when nil is one of the type's values and not the lack of one.</summary>
    public virtual bool NilIsValue => false;

    /// <param name="writer">where to</param>
    /// <param name="value">never a null reference: whoever holds the member writes nil for it</param>
    public abstract void Write(ref MessagePackWriter writer, T value);

    public abstract T Read(ref MessagePackReader reader);

    /// <summary>What a required member gets when the data lacks it: never a null reference.</summary>
    /// <exception cref="InvalidDataException">the type has no empty value</exception>
    public virtual T Empty() => default!;
}
