using System.Buffers.Binary;

namespace Orchestrator.Consensus.Log;

/// <summary>The first 16 bytes of every file of the log, the same in all versions for ever.</summary>
/// <remarks>kind (8 letters), format version (u32), CRC-32C of these 12 bytes; little-endian.</remarks>
internal static class FileHeader
{
    public const int Size = 16;

    /// <summary>Version 1 had neither encryption nor members.</summary>
    public const uint Version = 2;

    private const int CheckedSize = 12;

    public static ReadOnlySpan<byte> Segment => "swarmlog"u8;
    public static ReadOnlySpan<byte> Snapshot => "swarmsna"u8;
    public static ReadOnlySpan<byte> SnapshotContent => "swarmcon"u8;
    public static ReadOnlySpan<byte> Received => "swarmrec"u8;
    public static ReadOnlySpan<byte> HardState => "swarmhst"u8;
    public static ReadOnlySpan<byte> Keys => "swarmkey"u8;

    public static void Write(Span<byte> target, ReadOnlySpan<byte> kind)
    {
        kind.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(target[CheckedSize..], Crc32C.Of(target[..CheckedSize]));
    }

    /// <summary>The format version, from 1; null when the bytes are not such a header.</summary>
    /// <exception cref="LogException">when a newer program wrote it</exception>
    public static uint? ReadVersion(ReadOnlySpan<byte> source, ReadOnlySpan<byte> kind, string path)
    {
        if (source.Length < Size || !source[..8].SequenceEqual(kind))
            return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[CheckedSize..]) != Crc32C.Of(source[..CheckedSize]))
            return null;
        var version = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]);
        if (version > Version)
            throw new LogException(LogFailure.NewerVersion, $"{path} has format version {version}, this program "
                + $"reads versions up to {Version}: a newer swarmnet wrote the directory. Start that version, or a "
                + "later one. Nothing was changed.");
        return version == 0 ? null : version;
    }
}
