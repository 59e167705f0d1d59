namespace Orchestrator.Serialization.Formatters;

internal sealed class ByteArrayFormatter : Formatter<byte[]>
{
    public override void Write(ref MessagePackWriter writer, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteBinary(value);
    }

    public override byte[] Read(ref MessagePackReader reader) => reader.ReadBinary().ToArray();

    public override byte[] Empty() => [];
}
