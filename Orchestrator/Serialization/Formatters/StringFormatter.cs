namespace Orchestrator.Serialization.Formatters;

internal sealed class StringFormatter : Formatter<string>
{
    public override void Write(ref MessagePackWriter writer, string value) => writer.WriteString(value);

    public override string Read(ref MessagePackReader reader) => reader.ReadString();

    public override string Empty() => "";
}
