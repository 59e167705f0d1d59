using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Consensus.Core;

/// <summary>
/// A membership as bytes, little-endian: version, incarnation (8), count (4) and members, count (4) and removed ids (8
/// each). A member: id (8), votes (1), node and address, each with its length (2) in UTF-8.
/// </summary>
internal static class MembershipCodec
{
    private const byte Version = 1;
    private const int LeastMemberBytes = 8 + 1 + 2 + 2;

    private static readonly UTF8Encoding Text = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">a node or an address has more than 65,535 bytes</exception>
    public static byte[] Encode(Membership membership)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Text);
        writer.Write(Version);
        writer.Write(membership.Incarnation);
        writer.Write(membership.Members.Length);
        foreach (var member in membership.Members)
        {
            writer.Write(member.Id.Value);
            writer.Write(member.Votes);
            WriteText(writer, member.Node);
            WriteText(writer, member.Address);
        }
        writer.Write(membership.Removed.Length);
        foreach (var id in membership.Removed)
            writer.Write(id.Value);
        writer.Flush();
        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">not the bytes of a membership</exception>
    public static Membership Decode(ReadOnlySpan<byte> bytes)
    {
        if (TryDecode(bytes, out var membership))
            return membership;
        throw new InvalidDataException("these bytes are not a membership: damaged, or of a newer version");
    }

    /// <returns>false: not the bytes of a membership</returns>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out Membership membership)
    {
        var reader = new Reader(bytes);
        var isKnown = reader.Byte() == Version;
        membership = new Membership
        {
            Incarnation = reader.UInt64(),
            Members = reader.Members(),
            Removed = reader.Ids(),
        };
        return isKnown && reader.IsAtEnd && membership.IsWellFormed();
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = Text.GetBytes(text);
        if (bytes.Length > ushort.MaxValue)
            throw new ArgumentException($"a member's text has {bytes.Length} bytes; at most {ushort.MaxValue} fit");
        writer.Write((ushort)bytes.Length);
        writer.Write(bytes);
    }

    /// <summary>Reads zeros once something did not fit; the end is then never reached.</summary>
    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;
        private bool _failed;

        public readonly bool IsAtEnd => !_failed && _rest.IsEmpty;

        public byte Byte() => Take(1) is [var value] ? value : (byte)0;

        public ulong UInt64() => Take(8) is { Length: 8 } taken ? BinaryPrimitives.ReadUInt64LittleEndian(taken) : 0;

        public ImmutableArray<Member> Members()
        {
            var members = ImmutableArray.CreateBuilder<Member>();
            for (var left = Count(LeastMemberBytes); left > 0 && !_failed; left--)
            {
                var id = new MemberId(UInt64());
                var votes = Byte();
                _failed |= votes > 1;
                members.Add(new Member(id, String(), String(), votes == 1));
            }
            return members.ToImmutable();
        }

        public ImmutableArray<MemberId> Ids()
        {
            var ids = ImmutableArray.CreateBuilder<MemberId>();
            for (var left = Count(8); left > 0; left--)
                ids.Add(new MemberId(UInt64()));
            return ids.ToImmutable();
        }

        /// <param name="least">bytes that one of them has at least: a larger count cannot be true</param>
        private int Count(int least)
        {
            var count = Take(4) is { Length: 4 } taken ? BinaryPrimitives.ReadInt32LittleEndian(taken) : 0;
            _failed |= count < 0 || count > _rest.Length / least;
            return _failed ? 0 : count;
        }

        private string String()
        {
            var length = Take(2) is { Length: 2 } taken ? BinaryPrimitives.ReadUInt16LittleEndian(taken) : 0;
            try
            {
                return Text.GetString(Take(length));
            }
            catch (DecoderFallbackException)
            {
                _failed = true;
                return "";
            }
        }

        private ReadOnlySpan<byte> Take(int count)
        {
            _failed |= count > _rest.Length;
            if (_failed)
                return [];
            var taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }
    }
}
