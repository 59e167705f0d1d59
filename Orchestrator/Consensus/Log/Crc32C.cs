using System.Numerics;
using System.Runtime.InteropServices;

namespace Orchestrator.Consensus.Log;

/// <summary>CRC-32C (Castagnoli), with the processor's instruction where it has one.</summary>
internal static class Crc32C
{
    /// <summary>The state to begin with; <see cref="Finish"/> turns the last state into the checksum.</summary>
    public const uint Start = uint.MaxValue;

    public static uint Of(ReadOnlySpan<byte> bytes) => Finish(Add(Start, bytes));

    public static uint Finish(uint state) => ~state;

    public static uint Add(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (var single in bytes)
            state = BitOperations.Crc32C(state, single);
        return state;
    }
}
