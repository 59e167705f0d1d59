namespace Orchestrator.Serialization.Formatters;

/// <summary>Stands for a type that has no form in MessagePack here, and says so when it is used.</summary>
internal sealed class UnsupportedFormatter<T> : Formatter<T>
{
    public override void Write(ref MessagePackWriter writer, T value) => throw Refusal();

    public override T Read(ref MessagePackReader reader) => throw Refusal();

    public override T Empty() => throw Refusal();

    private static NotSupportedException Refusal() => new(
        $"{typeof(T)} cannot be written as MessagePack: mark a record with [MessagePackObject], "
        + "an abstract one with [Union], or use a type that FormatterFactory knows");
}
