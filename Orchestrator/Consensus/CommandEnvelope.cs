using System.Buffers.Binary;

namespace Orchestrator.Consensus;

/// <summary>
/// A command as it stands in the log: with who proposed it, so that a second copy of it has no effect.
/// </summary>
/// <remarks>
/// Little-endian: mark, version, flags, client (16), born, sequence, lowest outstanding and fence (8 each), command.
/// The mark is a byte that begins no MessagePack value, so that bare commands of older logs can be told from it.
/// </remarks>
internal readonly record struct CommandEnvelope
{
    public const int HeaderSize = 51;

    /// <summary>Never used by MessagePack.</summary>
    public const byte Mark = 0xC1;

    /// <summary>A <see cref="FenceTerm"/> that no entry has: the command comes out of the log without effect.</summary>
    public const ulong NoTerm = ulong.MaxValue;

    private const byte Version = 1;
    private const byte RetryFlag = 1;

    /// <summary>Random for each start of a proposer.</summary>
    public required UInt128 Client { get; init; }

    /// <summary>The client's first command comes behind this index of the log.</summary>
    public ulong Born { get; init; }

    /// <summary>1 for the client's first command; the same for all copies of one.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>The client waits for no result below this sequence any more, and never will.</summary>
    public ulong LowestOutstanding { get; init; }

    /// <summary>Another copy may be in the log already.</summary>
    public bool IsRetry { get; init; }

    /// <summary>Refused unless the entry has this term; 0: whatever its term is.</summary>
    public ulong FenceTerm { get; init; }

    public required ReadOnlyMemory<byte> Command { get; init; }

    public static bool IsEnvelope(ReadOnlySpan<byte> payload) => payload is [Mark, ..];

    public byte[] Encode()
    {
        var bytes = new byte[HeaderSize + Command.Length];
        bytes[0] = Mark;
        bytes[1] = Version;
        bytes[2] = IsRetry ? RetryFlag : (byte)0;
        BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(3), Client);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(19), Born);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(27), Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(35), LowestOutstanding);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(43), FenceTerm);
        Command.CopyTo(bytes.AsMemory(HeaderSize));
        return bytes;
    }

    /// <exception cref="InvalidDataException">no envelope, or one of a newer version</exception>
    public static CommandEnvelope Decode(ReadOnlyMemory<byte> payload)
    {
        var bytes = payload.Span;
        if (bytes.Length < HeaderSize || bytes[0] != Mark)
            throw new InvalidDataException($"{bytes.Length} bytes are not a command's envelope");
        if (bytes[1] != Version)
            throw new InvalidDataException(
                $"the command's envelope has version {bytes[1]}, this program knows {Version}");
        return new CommandEnvelope
        {
            IsRetry = (bytes[2] & RetryFlag) != 0,
            Client = BinaryPrimitives.ReadUInt128LittleEndian(bytes[3..]),
            Born = BinaryPrimitives.ReadUInt64LittleEndian(bytes[19..]),
            Sequence = BinaryPrimitives.ReadUInt64LittleEndian(bytes[27..]),
            LowestOutstanding = BinaryPrimitives.ReadUInt64LittleEndian(bytes[35..]),
            FenceTerm = BinaryPrimitives.ReadUInt64LittleEndian(bytes[43..]),
            Command = payload[HeaderSize..],
        };
    }
}
