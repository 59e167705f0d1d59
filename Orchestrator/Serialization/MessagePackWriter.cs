using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Serialization;

/// <summary>
/// Writes MessagePack values, each in its shortest form, so that equal values give equal bytes.
/// What was written is in the output only after <see cref="Flush"/>.
/// </summary>
public ref struct MessagePackWriter(IBufferWriter<byte> output)
{
    private Span<byte> _buffer;
    private int _used;
    private int _depth;

    /// <summary>Hands everything written so far to the output.</summary>
    public void Flush()
    {
        output.Advance(_used);
        _buffer = default;
        _used = 0;
    }

    public void WriteNil() => Reserve(1)[0] = FormatCode.Nil;

    public void WriteBoolean(bool value) => Reserve(1)[0] = value ? FormatCode.True : FormatCode.False;

    public void WriteInt64(long value)
    {
        if (value >= 0)
            WriteUInt64((ulong)value);
        else if (value >= FormatCode.MinNegativeFixInt)
            Reserve(1)[0] = (byte)value;
        else if (value >= sbyte.MinValue)
            WriteCode8(FormatCode.Int8, (byte)value);
        else if (value >= short.MinValue)
            WriteCode16(FormatCode.Int16, (ushort)value);
        else if (value >= int.MinValue)
            WriteCode32(FormatCode.Int32, (uint)value);
        else
            WriteCode64(FormatCode.Int64, (ulong)value);
    }

    public void WriteUInt64(ulong value)
    {
        if (value <= FormatCode.MaxPositiveFixInt)
            Reserve(1)[0] = (byte)value;
        else if (value <= byte.MaxValue)
            WriteCode8(FormatCode.UInt8, (byte)value);
        else if (value <= ushort.MaxValue)
            WriteCode16(FormatCode.UInt16, (ushort)value);
        else if (value <= uint.MaxValue)
            WriteCode32(FormatCode.UInt32, (uint)value);
        else
            WriteCode64(FormatCode.UInt64, value);
    }

    public void WriteDouble(double value) =>
        WriteCode64(FormatCode.Float64, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>UTF-8; half a surrogate pair becomes U+FFFD.</summary>
    public void WriteString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var length = Encoding.UTF8.GetByteCount(value);
        if (length <= FormatCode.MaxFixStr)
            Reserve(1)[0] = (byte)(FormatCode.FixStr | length);
        else if (length <= byte.MaxValue)
            WriteCode8(FormatCode.Str8, (byte)length);
        else if (length <= ushort.MaxValue)
            WriteCode16(FormatCode.Str16, (ushort)length);
        else
            WriteCode32(FormatCode.Str32, (uint)length);
        Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    public void WriteBinary(ReadOnlySpan<byte> value)
    {
        if (value.Length <= byte.MaxValue)
            WriteCode8(FormatCode.Bin8, (byte)value.Length);
        else if (value.Length <= ushort.MaxValue)
            WriteCode16(FormatCode.Bin16, (ushort)value.Length);
        else
            WriteCode32(FormatCode.Bin32, (uint)value.Length);
        value.CopyTo(Reserve(value.Length));
    }

    /// <summary>The moment to 100 ns, without its offset.</summary>
    public void WriteTimestamp(DateTimeOffset value)
    {
        Span<byte> content = stackalloc byte[12];
        content = content[..Timestamp.Encode(value, content)];
        if (content.Length == 12)
            WriteCode8(FormatCode.Ext8, 12);
        else
            Reserve(1)[0] = content.Length == 4 ? FormatCode.FixExt4 : FormatCode.FixExt8;
        Reserve(1)[0] = unchecked((byte)FormatCode.Timestamp);
        content.CopyTo(Reserve(content.Length));
    }

    /// <summary>Announces an array: <paramref name="count"/> values must follow.</summary>
    public void WriteArrayHeader(int count)
    {
        if (count <= FormatCode.MaxFixCount)
            Reserve(1)[0] = (byte)(FormatCode.FixArray | count);
        else if (count <= ushort.MaxValue)
            WriteCode16(FormatCode.Array16, (ushort)count);
        else
            WriteCode32(FormatCode.Array32, (uint)count);
    }

    /// <summary>Announces a map: <paramref name="count"/> keys must follow, a value after each.</summary>
    public void WriteMapHeader(int count)
    {
        if (count <= FormatCode.MaxFixCount)
            Reserve(1)[0] = (byte)(FormatCode.FixMap | count);
        else if (count <= ushort.MaxValue)
            WriteCode16(FormatCode.Map16, (ushort)count);
        else
            WriteCode32(FormatCode.Map32, (uint)count);
    }

    /// <summary>Goes one level down; keeps a value that no reader would take, or a cycle, from being written.</summary>
    internal void Enter()
    {
        if (++_depth > FormatCode.MaxDepth)
            throw new InvalidOperationException($"values are nested deeper than {FormatCode.MaxDepth}: is it a cycle?");
    }

    internal void Leave() => _depth--;

    private void WriteCode8(byte code, byte value)
    {
        var to = Reserve(2);
        to[0] = code;
        to[1] = value;
    }

    private void WriteCode16(byte code, ushort value)
    {
        var to = Reserve(3);
        to[0] = code;
        BinaryPrimitives.WriteUInt16BigEndian(to[1..], value);
    }

    private void WriteCode32(byte code, uint value)
    {
        var to = Reserve(5);
        to[0] = code;
        BinaryPrimitives.WriteUInt32BigEndian(to[1..], value);
    }

    private void WriteCode64(byte code, ulong value)
    {
        var to = Reserve(9);
        to[0] = code;
        BinaryPrimitives.WriteUInt64BigEndian(to[1..], value);
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _used < count)
            Grow(count);
        var reserved = _buffer.Slice(_used, count);
        _used += count;
        return reserved;
    }

    private void Grow(int count)
    {
        Flush();
        _buffer = output.GetSpan(count);
    }
}
