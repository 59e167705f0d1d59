namespace Orchestrator.Serialization.Formatters;

internal sealed class DoubleFormatter : Formatter<double>
{
    public override void Write(ref MessagePackWriter writer, double value) => writer.WriteDouble(value);

    public override double Read(ref MessagePackReader reader) => reader.ReadDouble();
}
