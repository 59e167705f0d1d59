using System.Buffers.Binary;

namespace Orchestrator.Consensus.Log;

/// <summary>The first 48 bytes of a snapshot file; the state follows.</summary>
/// <remarks>File header, index u64, term u64, length of the state u64, CRC-32C of it, CRC-32C of the header.</remarks>
internal static class SnapshotFormat
{
    public const int HeaderSize = 48;

    private const int CheckedSize = 44;

    public static byte[] Header(SnapshotPosition position, ChunkedBuffer state)
    {
        var bytes = new byte[HeaderSize];
        FileHeader.Write(bytes, FileHeader.Snapshot);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), position.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), position.Term);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), state.Length);
        var crc = state.Parts.Aggregate(Crc32C.Start, (sum, part) => Crc32C.Add(sum, part.Span));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(40), Crc32C.Finish(crc));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CheckedSize), Crc32C.Of(bytes.AsSpan(0, CheckedSize)));
        return bytes;
    }

    /// <summary>The position, when the whole file is intact and stands for the index.</summary>
    /// <exception cref="LogException">a newer program wrote it</exception>
    public static SnapshotPosition? Check(ReadOnlySpan<byte> file, ulong index, string path)
    {
        if (!FileHeader.Check(file, FileHeader.Snapshot, path) || file.Length < HeaderSize)
            return null;
        var state = file[HeaderSize..];
        var intact = BinaryPrimitives.ReadUInt32LittleEndian(file[CheckedSize..]) == Crc32C.Of(file[..CheckedSize])
            && BinaryPrimitives.ReadUInt64LittleEndian(file[16..]) == index
            && BinaryPrimitives.ReadInt64LittleEndian(file[32..]) == state.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(file[40..]) == Crc32C.Of(state);
        return intact ? new SnapshotPosition(index, BinaryPrimitives.ReadUInt64LittleEndian(file[24..])) : null;
    }
}
