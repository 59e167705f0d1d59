namespace Orchestrator.Serialization.Formatters;

/// <summary>A duration is its number of 100 ns ticks.</summary>
internal sealed class TimeSpanFormatter : Formatter<TimeSpan>
{
    public override void Write(ref MessagePackWriter writer, TimeSpan value) => writer.WriteInt64(value.Ticks);

    public override TimeSpan Read(ref MessagePackReader reader) => new(reader.ReadInt64());
}
