namespace Orchestrator.Serialization.Formatters;

/// <summary>A record is an array: slot n is the member with key n, nil where there is none.</summary>
internal sealed class RecordFormatter<T> : Formatter<T> where T : notnull
{
    private readonly Lazy<Member<T>?[]> _members = new(RecordMembers.Of<T>, LazyThreadSafetyMode.PublicationOnly);

    public override void Write(ref MessagePackWriter writer, T value)
    {
        if (value is null)
            throw new ArgumentNullException(nameof(value), $"a {typeof(T).Name} must not be null here");
        var slots = _members.Value;
        writer.Enter();
        writer.WriteArrayHeader(slots.Length);
        foreach (var member in slots)
        {
            if (member is null)
                writer.WriteNil();
            else
                member.Write(ref writer, ref value);
        }
        writer.Leave();
    }

    public override T Read(ref MessagePackReader reader)
    {
        var slots = _members.Value;
        reader.Enter();
        var count = reader.ReadArrayHeader();
        var record = Activator.CreateInstance<T>();
        for (var slot = 0; slot < count; slot++)
        {
            if (slot < slots.Length && slots[slot] is { } member)
                member.Read(ref reader, ref record);
            else
                reader.Skip();
        }
        if (count < slots.Length)
            Complete(ref record, slots.AsSpan(count));
        reader.Leave();
        return record;
    }

    public override T Empty()
    {
        var record = Activator.CreateInstance<T>();
        Complete(ref record, _members.Value);
        return record;
    }

    private static void Complete(ref T record, ReadOnlySpan<Member<T>?> missing)
    {
        foreach (var member in missing)
            member?.SetMissing(ref record);
    }
}
