namespace Orchestrator.Serialization.Formatters;

/// <summary>Reads a copy: the input's buffer may be used again.</summary>
internal sealed class MemoryFormatter : Formatter<ReadOnlyMemory<byte>>
{
    public override void Write(ref MessagePackWriter writer, ReadOnlyMemory<byte> value) =>
        writer.WriteBinary(value.Span);

    public override ReadOnlyMemory<byte> Read(ref MessagePackReader reader) => reader.ReadBinary().ToArray();
}
