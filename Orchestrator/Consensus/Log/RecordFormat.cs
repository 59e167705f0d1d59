using System.Buffers.Binary;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Log;

/// <summary>How one entry lies in a segment: a header of 40 bytes, the sealed payload, and one end mark.</summary>
/// <remarks>
/// Little-endian: mark u8 · kind u8 · zero u16 · stored length u32 · term u64 · index u64 · batch offset u64 ·
/// CRC-32C of the stored payload · CRC-32C of the 36 bytes before. A header with a checksum of its own tells a damaged
/// length from a short file. Neither mark is zero, so a record whose first or last sector never reached the disk shows
/// it. What is stored is the payload as <see cref="RecordCipher"/> seals it, bound to kind, term and index; the
/// checksum over it lets damage be told from tampering, and without the key. In format 1 it is the payload itself.
/// </remarks>
internal static class RecordFormat
{
    public const int HeaderSize = 40;
    public const int Overhead = HeaderSize + 1;
    public const byte Mark = 0xB7;
    public const byte EndMark = 0x7B;

    private const int CheckedSize = 36;
    private const int BoundSize = 17;

    /// <summary>Bytes that the entry takes in a segment.</summary>
    public static int Size(in LogEntry entry) => Overhead + RecordCipher.Overhead + entry.Payload.Length;

    /// <param name="target">as long as <see cref="Size"/></param>
    /// <param name="batchOffset">where in the segment the write began that this record is part of</param>
    public static void Write(Span<byte> target, in LogEntry entry, long batchOffset, RecordCipher cipher)
    {
        var stored = target[HeaderSize..^1];
        Span<byte> bound = stackalloc byte[BoundSize];
        Bind(bound, entry.Kind, entry.Term, entry.Index);
        cipher.Seal(entry.Payload.Span, stored, bound);
        target[..HeaderSize].Clear();
        target[0] = Mark;
        target[1] = (byte)entry.Kind;
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], stored.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], entry.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], entry.Index);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], batchOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(target[32..], Crc32C.Of(stored));
        BinaryPrimitives.WriteUInt32LittleEndian(target[CheckedSize..], Crc32C.Of(target[..CheckedSize]));
        target[^1] = EndMark;
    }

    /// <summary>False when these are not the bytes of an intact header.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> source, out RecordHeader header)
    {
        header = default;
        if (source.Length < HeaderSize || source[0] != Mark)
            return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[CheckedSize..]) != Crc32C.Of(source[..CheckedSize]))
            return false;
        header = new RecordHeader
        {
            Kind = (EntryKind)source[1],
            StoredLength = BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
            Term = BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            Index = BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            BatchOffset = BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            StoredCrc = BinaryPrimitives.ReadUInt32LittleEndian(source[32..]),
        };
        return header.StoredLength >= 0;
    }

    /// <param name="record">the whole record, header included</param>
    public static bool BodyIsIntact(ReadOnlySpan<byte> record, in RecordHeader header) =>
        record[^1] == EndMark && Crc32C.Of(record[HeaderSize..^1]) == header.StoredCrc;

    /// <summary>The payload; null when it is not what was sealed for this place in the log.</summary>
    /// <param name="record">an intact record</param>
    public static byte[]? Payload(ReadOnlySpan<byte> record, in RecordHeader header, RecordCipher cipher)
    {
        Span<byte> bound = stackalloc byte[BoundSize];
        Bind(bound, header.Kind, header.Term, header.Index);
        return cipher.Open(record[HeaderSize..^1], bound);
    }

    private static void Bind(Span<byte> bound, EntryKind kind, ulong term, ulong index)
    {
        bound[0] = (byte)kind;
        BinaryPrimitives.WriteUInt64LittleEndian(bound[1..], term);
        BinaryPrimitives.WriteUInt64LittleEndian(bound[9..], index);
    }
}

/// <summary>What an intact record header says.</summary>
internal readonly record struct RecordHeader
{
    public required EntryKind Kind { get; init; }
    public required int StoredLength { get; init; }
    public required ulong Term { get; init; }
    public required ulong Index { get; init; }

    /// <summary>Everything before this offset of the segment was flushed before the record was written.</summary>
    public required long BatchOffset { get; init; }

    public required uint StoredCrc { get; init; }

    public long RecordSize => (long)RecordFormat.Overhead + StoredLength;
}
