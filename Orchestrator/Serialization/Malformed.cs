using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Serialization;

/// <summary>The refusals of <see cref="MessagePackReader"/>: what was wanted, what was found, at which byte.</summary>
internal static class Malformed
{
    /// <summary>Returns nothing; the type lets it stand for the length of what was wanted.</summary>
    [DoesNotReturn]
    public static uint Unexpected(string wanted, byte code, int offset) =>
        throw new InvalidDataException(
            $"expected {wanted} at byte {offset}, found {FormatCode.NameOf(code)} (0x{code:x2})");

    [DoesNotReturn]
    public static void Truncated(long needed, int left, int offset) =>
        throw new InvalidDataException(
            $"the data ends too early: {needed} more bytes are needed at byte {offset}, {left} are left");

    [DoesNotReturn]
    public static void Refuse(string reason, int offset) =>
        throw new InvalidDataException($"{reason} at byte {offset}");
}
