using System.Buffers;
using Orchestrator.Serialization.Formatters;

namespace Orchestrator.Serialization;

/// <summary>
/// Values as MessagePack: records with <see cref="MessagePackObjectAttribute"/> as arrays by
/// <see cref="KeyAttribute"/>, closed hierarchies with <see cref="UnionAttribute"/> as <c>[tag, value]</c>.
/// Equal values give equal bytes.
/// </summary>
/// <remarks>
/// Readers pass over slots they do not know. A slot that is missing or nil keeps what the property's initializer says;
/// a <c>required</c> property, which has none, gets the empty value of its type. So versions can talk to each other.
/// </remarks>
public static class MessagePackSerializer
{
    public static void Serialize<T>(IBufferWriter<byte> output, T value)
    {
        var writer = new MessagePackWriter(output);
        Write(ref writer, value);
        writer.Flush();
    }

    public static byte[] Serialize<T>(T value)
    {
        var output = new ArrayBufferWriter<byte>();
        Serialize(output, value);
        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">the bytes are not exactly one value of this type</exception>
    public static T Deserialize<T>(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new MessagePackReader(bytes.Span);
            var value = Read<T>(ref reader);
            if (!reader.AtEnd)
                Malformed.Refuse($"{bytes.Length - reader.Position} bytes too many", reader.Position);
            return value;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(
                $"cannot read {typeof(T).Name} from {bytes.Length} bytes of MessagePack: {e.Message}", e);
        }
    }

    /// <summary>Writes one value among others.</summary>
    public static void Write<T>(ref MessagePackWriter writer, T value) =>
        FormatterCache<T>.Instance.Write(ref writer, value);

    /// <summary>Reads one value among others.</summary>
    /// <exception cref="InvalidDataException">what comes next is not a value of this type</exception>
    public static T Read<T>(ref MessagePackReader reader) => FormatterCache<T>.Instance.Read(ref reader);
}
