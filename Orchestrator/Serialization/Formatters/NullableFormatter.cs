namespace Orchestrator.Serialization.Formatters;

internal sealed class NullableFormatter<T> : Formatter<T?> where T : struct
{
    private readonly Formatter<T> _some = FormatterCache<T>.Instance;

    public override bool NilIsValue => true;

    public override void Write(ref MessagePackWriter writer, T? value)
    {
        if (value is { } present)
            _some.Write(ref writer, present);
        else
            writer.WriteNil();
    }

    public override T? Read(ref MessagePackReader reader) => reader.TryReadNil() ? null : _some.Read(ref reader);
}
