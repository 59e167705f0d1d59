using System.Buffers.Binary;
using System.Text;
using Orchestrator.Consensus.Core;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Log;

/// <summary>Whose directory it is, and what that member must never forget.</summary>
internal sealed record StoredMember
{
    public required MemberId Id { get; init; }

    /// <summary>Node id of the host.</summary>
    public required string Node { get; init; }

    public HardState HardState { get; init; }

    /// <summary>Who belonged to the group before the first entry; the incarnation is valid for ever.</summary>
    public required Membership First { get; init; }
}

/// <summary>The file <c>hardstate</c>, replaced as a whole.</summary>
/// <remarks>
/// File header, term u64, vote u64, member id u64, lengths of node id and membership (u32 each), both of them, CRC-32C
/// of all before. Format 1: file header, term u64, lengths of two texts (u16 each), node id and vote, CRC-32C.
/// </remarks>
internal sealed class MemberFile(string directory, ILogDisk disk)
{
    private const int MaxNode = 255;
    private const int TextOffset = FileHeader.Size + 32;
    private const int FirstFormatTextOffset = FileHeader.Size + 12;

    private readonly string _path = Path.Combine(directory, DataFiles.HardState);

    /// <summary>Null when this directory was never used.</summary>
    /// <param name="assumed">what a directory of format 1 does not say: its only manager's id and group</param>
    /// <exception cref="LogException">damaged, missing, or written by a newer version</exception>
    public LoadedMember? Load(StoredMember assumed)
    {
        if (File.Exists(_path))
            return Parse(AtomicFile.Read(_path), assumed) ?? throw Corruption.At(_path, 0, "the checksum does not fit");
        if (DataFiles.Indexes(directory, DataFiles.SegmentSuffix) is []
            && DataFiles.Indexes(directory, DataFiles.SnapshotSuffix) is [])
            return null;
        throw Corruption.In(directory, $"the file {DataFiles.HardState} (term and vote) is missing");
    }

    /// <summary>Returns when it is durable.</summary>
    public void Save(StoredMember member) => AtomicFile.Write(disk, _path, [Format(member)]);

    private static byte[] Format(StoredMember member)
    {
        var node = Encoding.UTF8.GetBytes(member.Node);
        var first = MembershipCodec.Encode(member.First);
        Invariant.Require(node.Length <= MaxNode, "node ids are short");
        var bytes = new byte[TextOffset + node.Length + first.Length + sizeof(uint)];
        FileHeader.Write(bytes, FileHeader.HardState);
        var body = bytes.AsSpan(FileHeader.Size);
        BinaryPrimitives.WriteUInt64LittleEndian(body, member.HardState.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(body[8..], member.HardState.Vote.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(body[16..], member.Id.Value);
        BinaryPrimitives.WriteInt32LittleEndian(body[24..], node.Length);
        BinaryPrimitives.WriteInt32LittleEndian(body[28..], first.Length);
        node.CopyTo(bytes, TextOffset);
        first.CopyTo(bytes.AsSpan(TextOffset + node.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan()[^4..], Crc32C.Of(bytes.AsSpan()[..^4]));
        return bytes;
    }

    private LoadedMember? Parse(byte[] bytes, StoredMember assumed)
    {
        var version = FileHeader.ReadVersion(bytes, FileHeader.HardState, _path);
        if (version is null
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan()[^4..]) != Crc32C.Of(bytes.AsSpan()[..^4]))
            return null;
        return version == 1 ? ParseFirstFormat(bytes, assumed) : ParsePresent(bytes);
    }

    private static LoadedMember? ParsePresent(byte[] bytes)
    {
        if (bytes.Length < TextOffset + sizeof(uint))
            return null;
        var body = bytes.AsSpan(FileHeader.Size);
        var node = BinaryPrimitives.ReadUInt32LittleEndian(body[24..]);
        var first = BinaryPrimitives.ReadUInt32LittleEndian(body[28..]);
        if (bytes.Length != (long)TextOffset + node + first + sizeof(uint))
            return null;
        var vote = new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(body[8..]));
        return new LoadedMember(IsFirstFormat: false, new StoredMember
        {
            Id = new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(body[16..])),
            Node = Encoding.UTF8.GetString(bytes, TextOffset, (int)node),
            HardState = new HardState(BinaryPrimitives.ReadUInt64LittleEndian(body), vote),
            First = MembershipCodec.Decode(bytes.AsSpan(TextOffset + (int)node, (int)first)),
        });
    }

    /// <summary>A single manager voted for nobody but itself.</summary>
    private static LoadedMember? ParseFirstFormat(byte[] bytes, StoredMember assumed)
    {
        if (bytes.Length < FirstFormatTextOffset + sizeof(uint))
            return null;
        var body = bytes.AsSpan(FileHeader.Size);
        var node = BinaryPrimitives.ReadUInt16LittleEndian(body[8..]);
        var vote = BinaryPrimitives.ReadUInt16LittleEndian(body[10..]);
        if (bytes.Length != FirstFormatTextOffset + node + vote + sizeof(uint))
            return null;
        return new LoadedMember(IsFirstFormat: true, assumed with
        {
            Node = Encoding.UTF8.GetString(bytes, FirstFormatTextOffset, node),
            HardState = new HardState(
                BinaryPrimitives.ReadUInt64LittleEndian(body), vote == 0 ? MemberId.None : assumed.Id),
        });
    }
}

/// <param name="IsFirstFormat">a single manager of format 1 wrote it: ids and members are the assumed ones</param>
internal sealed record LoadedMember(bool IsFirstFormat, StoredMember Member);
