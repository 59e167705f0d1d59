using System.Buffers.Binary;

namespace Orchestrator.Consensus.Log;

/// <summary>A piece of a snapshot in the file that collects them: a header of 36 bytes, the sealed bytes.</summary>
/// <remarks>
/// Little-endian: term u64 · bytes of the whole i64 · offset i64 · stored length u32 · CRC-32C of what is stored ·
/// CRC-32C of the 32 bytes before. Sealed bytes are bound to the first 24 bytes.
/// </remarks>
/// <param name="Term">of the snapshot's position</param>
/// <param name="Total">bytes of the whole snapshot</param>
/// <param name="Offset">where the piece belongs</param>
internal readonly record struct ReceivedChunk(ulong Term, long Total, long Offset)
{
    public const int HeaderSize = 36;

    private const int BoundSize = 24;
    private const int CheckedSize = 32;

    public static int Size(int length) => HeaderSize + RecordCipher.Overhead + length;

    /// <param name="target">as long as <see cref="Size"/></param>
    public void Write(Span<byte> target, ReadOnlySpan<byte> bytes, RecordCipher cipher)
    {
        var stored = target[HeaderSize..];
        BinaryPrimitives.WriteUInt64LittleEndian(target, Term);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], Total);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], Offset);
        cipher.Seal(bytes, stored, target[..BoundSize]);
        BinaryPrimitives.WriteInt32LittleEndian(target[BoundSize..], stored.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[28..], Crc32C.Of(stored));
        BinaryPrimitives.WriteUInt32LittleEndian(target[CheckedSize..], Crc32C.Of(target[..CheckedSize]));
    }

    /// <summary>The next piece of the file and its bytes; false where no intact one follows.</summary>
    /// <param name="at">moved behind the piece</param>
    public static bool TryRead(FileWindow window, ref long at, RecordCipher cipher, out ReceivedBytes piece)
    {
        piece = default;
        var header = window.Peek(at, HeaderSize);
        if (header.Length < HeaderSize
            || BinaryPrimitives.ReadUInt32LittleEndian(header[CheckedSize..]) != Crc32C.Of(header[..CheckedSize]))
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[BoundSize..]);
        if (length < 0 || length > window.Length - at - HeaderSize)
            return false;
        var record = window.Peek(at, HeaderSize + length);
        if (cipher.Open(record[HeaderSize..], record[..BoundSize]) is not { } bytes)
            return false;
        piece = new ReceivedBytes(new ReceivedChunk(
            BinaryPrimitives.ReadUInt64LittleEndian(record),
            BinaryPrimitives.ReadInt64LittleEndian(record[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(record[16..])), bytes);
        at += record.Length;
        return true;
    }
}

internal readonly record struct ReceivedBytes(ReceivedChunk Chunk, byte[] Bytes);
