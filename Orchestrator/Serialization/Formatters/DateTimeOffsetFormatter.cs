namespace Orchestrator.Serialization.Formatters;

/// <summary>A moment; it comes back in UTC.</summary>
internal sealed class DateTimeOffsetFormatter : Formatter<DateTimeOffset>
{
    public override void Write(ref MessagePackWriter writer, DateTimeOffset value) => writer.WriteTimestamp(value);

    public override DateTimeOffset Read(ref MessagePackReader reader) => reader.ReadTimestamp();
}
