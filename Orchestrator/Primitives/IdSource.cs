using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Orchestrator.Primitives;

/// <summary>Makes object ids: 25 characters of <c>[0-9a-z]</c>, about 129 random bits.</summary>
/// <remarks>Injected wherever a transaction is built; the id then travels inside the transaction.</remarks>
public sealed class IdSource(Action<Span<byte>> fill)
{
    public const int Length = 25;
    private const int RandomBytes = 17;
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>Ids from the operating system's random source.</summary>
    public static IdSource Secure { get; } = new(bytes => RandomNumberGenerator.Fill(bytes));

    public string Next()
    {
        Span<byte> bytes = stackalloc byte[RandomBytes];
        fill(bytes);
        bytes[0] |= 0x80; // keeps the length constant
        return ToBase36(bytes, Length + 2)[2..];
    }

    /// <summary>Fills with random bytes.</summary>
    public void Fill(Span<byte> bytes) => fill(bytes);

    /// <summary>128 random bits.</summary>
    public UInt128 NextNumber()
    {
        Span<byte> bytes = stackalloc byte[16];
        fill(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }

    /// <summary>
    /// Big-endian bytes as base 36, padded with zeros on the left to <paramref name="length"/> characters.
    /// </summary>
    public static string ToBase36(ReadOnlySpan<byte> bytes, int length)
    {
        var number = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        var text = new char[length];
        for (var i = length - 1; i >= 0; i--)
        {
            number = BigInteger.DivRem(number, 36, out var digit);
            text[i] = Digits[(int)digit];
        }
        return new string(text);
    }
}
