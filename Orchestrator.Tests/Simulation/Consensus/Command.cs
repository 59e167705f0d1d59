using System.Buffers.Binary;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>What a client asks of the state machine: put the value behind those of the key.</summary>
/// <param name="Client">who asks</param>
/// <param name="Sequence">counts the client's operations; a repetition has the same</param>
/// <param name="Padding">bytes that make it bigger and mean nothing</param>
internal readonly record struct Command(int Client, int Sequence, int Key, int Value, int Padding)
{
    private const int Size = 4 * sizeof(int);

    public ReadOnlyMemory<byte> Encode()
    {
        var bytes = new byte[Size + Padding];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Client);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Sequence);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Key);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Value);
        return bytes;
    }

    public static Command Decode(ReadOnlyMemory<byte> payload)
    {
        var bytes = payload.Span;
        return new Command(
            BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            bytes.Length - Size);
    }
}

/// <summary>What applying an entry did.</summary>
/// <param name="Command">null when the entry is not a command</param>
/// <param name="HadEffect">false: a repetition, or no command</param>
/// <param name="Value">of the key, now</param>
internal readonly record struct Outcome(LogEntry Entry, Command? Command, bool HadEffect, ulong Value);
