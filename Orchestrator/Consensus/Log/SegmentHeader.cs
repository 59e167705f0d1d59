using System.Buffers.Binary;

namespace Orchestrator.Consensus.Log;

/// <summary>What a segment begins with: a <see cref="SealedHeader"/> whose number is the first index.</summary>
/// <remarks>
/// It is flushed before the first record is written. In format 1 it had 32 bytes: file header, first index (u64),
/// CRC-32C of these, end mark; such segments are read and never appended to.
/// </remarks>
internal static class SegmentHeader
{
    public const int FirstFormatSize = 32;

    private const int CheckedSize = 24;
    private const uint EndMark = 0x7B7B7B7B;

    /// <summary>Null when it is damaged or not of this segment. Key id 0 stands for format 1.</summary>
    public static SealedHeader? Read(FileWindow window, ulong firstIndex)
    {
        var bytes = window.Peek(0, SealedHeader.Size);
        var header = FileHeader.ReadVersion(bytes, FileHeader.Segment, window.Path) == 1
            ? ReadFirstFormat(bytes)
            : SealedHeader.Read(bytes, FileHeader.Segment, window.Path);
        return header?.Number == firstIndex ? header : null;
    }

    /// <summary>Whether a crash came while the header was written: then there never was a record.</summary>
    public static bool IsTorn(FileWindow window)
    {
        var bytes = window.Peek(0, SealedHeader.Size);
        if (FileHeader.ReadVersion(bytes, FileHeader.Segment, window.Path) == 1)
            return bytes.Length < FirstFormatSize;
        return window.Length <= SealedHeader.Size
            && (window.Length < SealedHeader.Size || !bytes.ContainsAnyExcept((byte)0));
    }

    private static SealedHeader? ReadFirstFormat(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FirstFormatSize
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[CheckedSize..]) != Crc32C.Of(bytes[..CheckedSize])
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[(CheckedSize + sizeof(uint))..]) != EndMark)
            return null;
        var first = BinaryPrimitives.ReadUInt64LittleEndian(bytes[FileHeader.Size..]);
        return new SealedHeader(first, KeyId: 0, bytes[..FirstFormatSize].ToArray());
    }
}
