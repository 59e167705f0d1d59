namespace Orchestrator.Serialization.Formatters;

internal sealed class BooleanFormatter : Formatter<bool>
{
    public override void Write(ref MessagePackWriter writer, bool value) => writer.WriteBoolean(value);

    public override bool Read(ref MessagePackReader reader) => reader.ReadBoolean();
}
