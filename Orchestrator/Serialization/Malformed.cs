using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Serialization;

/// <summary>The refusals of <see cref="MessagePackReader"/>: what was wanted, what was found, at which byte.</summary>
internal static class Malformed
{
    [DoesNotReturn]
    public static void Unexpected(string wanted, byte code, int offset) =>
        throw new InvalidDataException($"expected {wanted} at byte {offset}, found {FormatCode.NameOf(code)} (0x{code:x2})");

    [DoesNotReturn]
    public static void Truncated(long needed, int left, int offset) =>
        throw new InvalidDataException($"the data ends too early: {needed} more bytes are needed at byte {offset}, {left} are left");

    [DoesNotReturn]
    public static void Refuse(string reason, int offset) =>
        throw new InvalidDataException($"{reason} at byte {offset}");
}
