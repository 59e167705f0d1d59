using System.Buffers.Binary;
using System.Text;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Log;

/// <summary>What a member must never forget: who it is, the newest term it saw, and its vote in that term.</summary>
/// <param name="Vote">member id; empty when it has not voted</param>
internal sealed record HardState(string Member, ulong Term, string Vote);

/// <summary>The file <c>hardstate</c>, replaced as a whole.</summary>
/// <remarks>File header, term u64, two lengths (u16), member and vote in UTF-8, CRC-32C of all before.</remarks>
internal sealed class HardStateFile(string directory, ILogDisk disk)
{
    private const int MaxId = 255;
    private const int TextOffset = FileHeader.Size + 12;

    private readonly string _path = Path.Combine(directory, DataFiles.HardState);

    /// <summary>Null when this directory was never used.</summary>
    public HardState? Load()
    {
        if (File.Exists(_path))
            return Parse(AtomicFile.Read(_path)) ?? throw Corruption.At(_path, 0, "the checksum does not fit");
        if (DataFiles.Indexes(directory, DataFiles.SegmentSuffix) is []
            && DataFiles.Indexes(directory, DataFiles.SnapshotSuffix) is [])
            return null;
        throw Corruption.In(directory, $"the file {DataFiles.HardState} (term and vote) is missing");
    }

    /// <summary>Returns when the state is durable.</summary>
    public void Save(HardState state) => AtomicFile.Write(disk, _path, [Format(state)]);

    private static byte[] Format(HardState state)
    {
        var member = Encoding.UTF8.GetBytes(state.Member);
        var vote = Encoding.UTF8.GetBytes(state.Vote);
        Invariant.Require(member.Length <= MaxId && vote.Length <= MaxId, "member ids are short");
        var bytes = new byte[TextOffset + member.Length + vote.Length + sizeof(uint)];
        FileHeader.Write(bytes, FileHeader.HardState);
        var body = bytes.AsSpan(FileHeader.Size);
        BinaryPrimitives.WriteUInt64LittleEndian(body, state.Term);
        BinaryPrimitives.WriteUInt16LittleEndian(body[8..], (ushort)member.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(body[10..], (ushort)vote.Length);
        member.CopyTo(bytes, TextOffset);
        vote.CopyTo(bytes, TextOffset + member.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan()[^4..], Crc32C.Of(bytes.AsSpan()[..^4]));
        return bytes;
    }

    private HardState? Parse(ReadOnlySpan<byte> bytes)
    {
        if (!FileHeader.Check(bytes, FileHeader.HardState, _path) || bytes.Length < TextOffset + sizeof(uint))
            return null;
        var body = bytes[FileHeader.Size..];
        var member = BinaryPrimitives.ReadUInt16LittleEndian(body[8..]);
        var vote = BinaryPrimitives.ReadUInt16LittleEndian(body[10..]);
        if (bytes.Length != TextOffset + member + vote + sizeof(uint)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]) != Crc32C.Of(bytes[..^4]))
            return null;
        var text = bytes[TextOffset..];
        return new HardState(
            Encoding.UTF8.GetString(text[..member]),
            BinaryPrimitives.ReadUInt64LittleEndian(body),
            Encoding.UTF8.GetString(text.Slice(member, vote)));
    }
}
