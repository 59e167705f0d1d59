using System.Buffers.Binary;

namespace Orchestrator.Consensus.Log;

/// <summary>The first 32 bytes of a segment: file header, first index (u64), CRC-32C of these, end mark.</summary>
/// <remarks>It is flushed before the first record is written.</remarks>
internal static class SegmentHeader
{
    public const int Size = 32;

    private const int CheckedSize = 24;
    private const uint EndMark = 0x7B7B7B7B;

    public static byte[] Make(ulong firstIndex)
    {
        var bytes = new byte[Size];
        FileHeader.Write(bytes, FileHeader.Segment);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(FileHeader.Size), firstIndex);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CheckedSize), Crc32C.Of(bytes.AsSpan(0, CheckedSize)));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CheckedSize + sizeof(uint)), EndMark);
        return bytes;
    }

    public static bool IsIntact(FileWindow window, ulong firstIndex)
    {
        var bytes = window.Peek(0, Size);
        return FileHeader.Check(bytes, FileHeader.Segment, window.Path) && bytes.SequenceEqual(Make(firstIndex));
    }

    /// <summary>Whether a crash came while the header was written: then there never was a record.</summary>
    public static bool IsTorn(FileWindow window)
    {
        var bytes = window.Peek(0, Size);
        return window.Length < Size || (window.Length == Size && !bytes.ContainsAnyExcept((byte)0));
    }
}
