using System.Numerics;

namespace Orchestrator.Serialization.Formatters;

/// <summary>Signed integers of any size: the same number has the same bytes in all of them.</summary>
internal sealed class SignedFormatter<T> : Formatter<T> where T : struct, IBinaryInteger<T>, ISignedNumber<T>
{
    public override void Write(ref MessagePackWriter writer, T value) =>
        writer.WriteInt64(long.CreateTruncating(value));

    public override T Read(ref MessagePackReader reader)
    {
        var start = reader.Position;
        var number = reader.ReadInt64();
        var value = T.CreateTruncating(number);
        if (long.CreateTruncating(value) != number)
            Malformed.Refuse($"{number} is out of the range of {typeof(T).Name}", start);
        return value;
    }
}
