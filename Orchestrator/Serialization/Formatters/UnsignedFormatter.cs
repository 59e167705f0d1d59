using System.Numerics;

namespace Orchestrator.Serialization.Formatters;

/// <summary>Unsigned integers of any size: the same number has the same bytes in all of them.</summary>
internal sealed class UnsignedFormatter<T> : Formatter<T> where T : struct, IBinaryInteger<T>, IUnsignedNumber<T>
{
    public override void Write(ref MessagePackWriter writer, T value) =>
        writer.WriteUInt64(ulong.CreateTruncating(value));

    public override T Read(ref MessagePackReader reader)
    {
        var start = reader.Position;
        var number = reader.ReadUInt64();
        var value = T.CreateTruncating(number);
        if (ulong.CreateTruncating(value) != number)
            Malformed.Refuse($"{number} is out of the range of {typeof(T).Name}", start);
        return value;
    }
}
