using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Serialization;

/// <summary>
/// Reads MessagePack values from memory. Whatever the bytes are, it answers with a value or an
/// <see cref="InvalidDataException"/>: a length is believed only after a look at how many bytes are left.
/// </summary>
public ref struct MessagePackReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _depth;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    public readonly bool AtEnd => Position == _bytes.Length;

    private readonly int Left => _bytes.Length - Position;

    /// <summary>Reads a nil, if that is what comes next.</summary>
    public bool TryReadNil()
    {
        var found = !AtEnd && _bytes[Position] == FormatCode.Nil;
        Position += found ? 1 : 0;
        return found;
    }

    public bool ReadBoolean()
    {
        var code = ReadByte();
        if (code is not (FormatCode.True or FormatCode.False))
            Malformed.Unexpected("a boolean", code, Position - 1);
        return code == FormatCode.True;
    }

    public long ReadInt64()
    {
        var start = Position;
        var code = ReadByte();
        if (code <= FormatCode.MaxPositiveFixInt)
            return code;
        if (code >= FormatCode.NegativeFixInt)
            return (sbyte)code;
        switch (code)
        {
            case FormatCode.Int8: return (sbyte)ReadByte();
            case FormatCode.Int16: return (short)ReadUInt16();
            case FormatCode.Int32: return (int)ReadUInt32();
            case FormatCode.Int64: return (long)ReadBits64();
        }
        var value = ReadUnsignedAfter(code, start);
        if (value > long.MaxValue)
            Malformed.Refuse($"{value} is too large for a signed integer", start);
        return (long)value;
    }

    public ulong ReadUInt64()
    {
        var start = Position;
        var code = ReadByte();
        if (code <= FormatCode.MaxPositiveFixInt)
            return code;
        if (code < FormatCode.NegativeFixInt && code is < FormatCode.Int8 or > FormatCode.Int64)
            return ReadUnsignedAfter(code, start);
        Position = start;
        var value = ReadInt64();
        if (value < 0)
            Malformed.Refuse($"{value} is negative where only 0 and more makes sense", start);
        return (ulong)value;
    }

    /// <summary>Takes any number that a double can stand for.</summary>
    public double ReadDouble()
    {
        var start = Position;
        var code = ReadByte();
        if (code == FormatCode.Float64)
            return BitConverter.UInt64BitsToDouble(ReadBits64());
        if (code == FormatCode.Float32)
            return BitConverter.UInt32BitsToSingle(ReadUInt32());
        Position = start;
        return code == FormatCode.UInt64 ? ReadUInt64() : ReadInt64();
    }

    public string ReadString()
    {
        var start = Position;
        var code = ReadByte();
        var length = code switch
        {
            >= FormatCode.FixStr and < FormatCode.Nil => (uint)code - FormatCode.FixStr,
            FormatCode.Str8 => ReadByte(),
            FormatCode.Str16 => ReadUInt16(),
            FormatCode.Str32 => ReadUInt32(),
            _ => Malformed.Unexpected("a string", code, start),
        };
        try
        {
            return StrictUtf8.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException($"the string at byte {start} is not UTF-8");
        }
    }

    /// <summary>A view of the input.</summary>
    public ReadOnlySpan<byte> ReadBinary()
    {
        var start = Position;
        var code = ReadByte();
        return Take(code switch
        {
            FormatCode.Bin8 => ReadByte(),
            FormatCode.Bin16 => ReadUInt16(),
            FormatCode.Bin32 => ReadUInt32(),
            _ => Malformed.Unexpected("binary data", code, start),
        });
    }

    /// <summary>A moment in UTC.</summary>
    public DateTimeOffset ReadTimestamp()
    {
        var start = Position;
        var code = ReadByte();
        var length = code switch
        {
            FormatCode.FixExt4 => 4u,
            FormatCode.FixExt8 => 8u,
            FormatCode.Ext8 => ReadByte(),
            _ => Malformed.Unexpected("a timestamp", code, start),
        };
        var type = (sbyte)ReadByte();
        if (type != FormatCode.Timestamp)
            Malformed.Refuse($"extension {type} is not a timestamp", start);
        if (!Timestamp.TryDecode(Take(length), out var moment))
            Malformed.Refuse("the timestamp is out of range", start);
        return moment;
    }

    /// <summary>How many values follow; never more than bytes are left.</summary>
    public int ReadArrayHeader()
    {
        var start = Position;
        var code = ReadByte();
        return Count(1, code switch
        {
            >= FormatCode.FixArray and < FormatCode.FixStr => (uint)code - FormatCode.FixArray,
            FormatCode.Array16 => ReadUInt16(),
            FormatCode.Array32 => ReadUInt32(),
            _ => Malformed.Unexpected("an array", code, start),
        });
    }

    /// <summary>How many pairs of key and value follow; never more than bytes are left for.</summary>
    public int ReadMapHeader()
    {
        var start = Position;
        var code = ReadByte();
        return Count(2, code switch
        {
            >= FormatCode.FixMap and < FormatCode.FixArray => (uint)code - FormatCode.FixMap,
            FormatCode.Map16 => ReadUInt16(),
            FormatCode.Map32 => ReadUInt32(),
            _ => Malformed.Unexpected("a map", code, start),
        });
    }

    /// <summary>Passes over one value of any kind, whatever is in it, without recursion.</summary>
    public void Skip()
    {
        for (long pending = 1; pending > 0; pending--)
            pending += SkipHead();
    }

    /// <summary>Goes one level down, so that nested input cannot exhaust the stack.</summary>
    internal void Enter()
    {
        if (++_depth > FormatCode.MaxDepth)
            Malformed.Refuse($"values are nested deeper than {FormatCode.MaxDepth}", Position);
    }

    internal void Leave() => _depth--;

    /// <summary>Passes over one value without what it contains; returns how many values those are.</summary>
    private long SkipHead()
    {
        var start = Position;
        var code = ReadByte();
        switch (code)
        {
            case >= FormatCode.FixMap and < FormatCode.FixArray or FormatCode.Map16 or FormatCode.Map32:
                Position = start;
                return 2L * ReadMapHeader();
            case >= FormatCode.FixArray and < FormatCode.FixStr or FormatCode.Array16 or FormatCode.Array32:
                Position = start;
                return ReadArrayHeader();
            case FormatCode.NeverUsed:
                return Malformed.Unexpected("a value", code, start);
            default:
                Take(FormatCode.FixedBytes(code) + ReadLength(FormatCode.LengthBytes(code)));
                return 0;
        }
    }

    private ulong ReadUnsignedAfter(byte code, int start) => code switch
    {
        FormatCode.UInt8 => ReadByte(),
        FormatCode.UInt16 => ReadUInt16(),
        FormatCode.UInt32 => ReadUInt32(),
        FormatCode.UInt64 => ReadBits64(),
        _ => Malformed.Unexpected("an integer", code, start),
    };

    private readonly int Count(int smallest, uint count)
    {
        if ((long)count * smallest > Left)
            Malformed.Truncated((long)count * smallest, Left, Position);
        return (int)count;
    }

    private long ReadLength(int size) => size switch
    {
        0 => 0,
        1 => ReadByte(),
        2 => ReadUInt16(),
        _ => ReadUInt32(),
    };

    private byte ReadByte() => Take(1)[0];

    private ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    private uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    private ulong ReadBits64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length > Left)
            Malformed.Truncated(length, Left, Position);
        var taken = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return taken;
    }
}
