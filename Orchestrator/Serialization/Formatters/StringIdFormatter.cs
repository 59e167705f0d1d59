namespace Orchestrator.Serialization.Formatters;

/// <summary>An id is its string; the default value of the struct counts as the empty one.</summary>
internal sealed class StringIdFormatter<T> : Formatter<T> where T : struct, IStringId<T>
{
    public override void Write(ref MessagePackWriter writer, T value) => writer.WriteString(value.Value ?? "");

    public override T Read(ref MessagePackReader reader) => T.From(reader.ReadString());

    public override T Empty() => T.From("");
}
