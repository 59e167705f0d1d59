using System.Buffers.Binary;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Log;

/// <summary>A snapshot as it travels between members: a header of 64 bytes, the members, the state.</summary>
/// <remarks>
/// File header, index u64, term u64, length of the state u64, length of the members u32, CRC-32C of the members, of the
/// state, 8 zero bytes, CRC-32C of the 60 bytes before. On the disk it lies in a <see cref="SealedFile"/>. Format 1:
/// the file itself, with a header of 48 bytes, without members: file header, index, term, length of the state, CRC-32C
/// of the state, of the header.
/// </remarks>
internal static class SnapshotContent
{
    private const int HeaderSize = 64;
    private const int CheckedSize = 60;
    private const int FirstFormatHeaderSize = 48;
    private const int FirstFormatCheckedSize = 44;

    /// <summary>All parts in order.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Parts(
        LogPosition position, Membership membership, IEnumerable<ReadOnlyMemory<byte>> state)
    {
        var parts = state.ToArray();
        var members = MembershipCodec.Encode(membership);
        var header = new byte[HeaderSize];
        FileHeader.Write(header, FileHeader.SnapshotContent);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), position.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(24), position.Term);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), parts.Sum(part => (long)part.Length));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40), members.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(44), Crc32C.Of(members));
        var crc = parts.Aggregate(Crc32C.Start, (sum, part) => Crc32C.Add(sum, part.Span));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(48), Crc32C.Finish(crc));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(CheckedSize), Crc32C.Of(header.AsSpan(0, CheckedSize)));
        return [header, members, .. parts];
    }

    /// <summary>Null when any byte is not what was written.</summary>
    /// <exception cref="LogException">a newer program wrote it</exception>
    public static StoredSnapshot? Parse(ReadOnlyMemory<byte> content, string path)
    {
        var bytes = content.Span;
        if (FileHeader.ReadVersion(bytes, FileHeader.SnapshotContent, path) is null || bytes.Length < HeaderSize
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[CheckedSize..]) != Crc32C.Of(bytes[..CheckedSize]))
            return null;
        var membersLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[40..]);
        var stateLength = BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]);
        if ((ulong)bytes.Length - HeaderSize < membersLength
            || (ulong)bytes.Length - HeaderSize - membersLength != stateLength)
            return null;
        var members = bytes.Slice(HeaderSize, (int)membersLength);
        var state = content[(HeaderSize + (int)membersLength)..];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[44..]) != Crc32C.Of(members)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[48..]) != Crc32C.Of(state.Span))
            return null;
        return new StoredSnapshot(ReadPosition(bytes), MembershipCodec.Decode(members), state);
    }

    /// <summary>The members of a snapshot that is not read whole; null when they are damaged.</summary>
    public static Membership? ReadMembership(SealedReader reader)
    {
        var header = new byte[HeaderSize];
        if (reader.Length < HeaderSize || !reader.TryRead(0, header))
            return null;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(40));
        if (length > reader.Length - HeaderSize)
            return null;
        var members = new byte[length];
        return reader.TryRead(HeaderSize, members) ? MembershipCodec.Decode(members) : null;
    }

    /// <param name="file">the whole file</param>
    /// <param name="membership">what the file does not say</param>
    public static StoredSnapshot? ParseFirstFormat(ReadOnlyMemory<byte> file, Membership membership)
    {
        var bytes = file.Span;
        if (bytes.Length < FirstFormatHeaderSize)
            return null;
        var state = file[FirstFormatHeaderSize..];
        var header = bytes[..FirstFormatCheckedSize];
        var intact = BinaryPrimitives.ReadUInt32LittleEndian(bytes[FirstFormatCheckedSize..]) == Crc32C.Of(header)
            && BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]) == state.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[40..]) == Crc32C.Of(state.Span);
        return intact ? new StoredSnapshot(ReadPosition(bytes), membership, state) : null;
    }

    private static LogPosition ReadPosition(ReadOnlySpan<byte> header) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(header[16..]), BinaryPrimitives.ReadUInt64LittleEndian(header[24..]));
}

/// <summary>The state as of a place in the log.</summary>
/// <param name="Membership">as of <paramref name="Position"/></param>
internal sealed record StoredSnapshot(LogPosition Position, Membership Membership, ReadOnlyMemory<byte> State);
