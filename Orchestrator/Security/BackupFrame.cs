using System.Buffers.Binary;

namespace Orchestrator.Security;

/// <summary>
/// One piece of a backup: its sealed length u32 with the highest bit set on the last one, and the sealed bytes.
/// </summary>
/// <remarks>
/// The file's header, the number of the piece and whether it is the last are associated data: pieces that are missing,
/// moved, doubled or of another file do not open.
/// </remarks>
internal static class BackupFrame
{
    /// <summary>Bytes of content in each but the last, which may have fewer.</summary>
    public const int Size = 1024 * 1024;

    public const int PrefixSize = sizeof(uint);

    private const uint Last = 1u << 31;

    /// <summary>With its prefix.</summary>
    public static byte[] Seal(BackupKey key, ulong number, bool isLast, ReadOnlySpan<byte> plain)
    {
        var frame = new byte[PrefixSize + plain.Length + AtRestCipher.TagSize];
        var length = (uint)(frame.Length - PrefixSize);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, isLast ? length | Last : length);
        key.Cipher.Seal(Nonce(number), plain, frame.AsSpan(PrefixSize), Associated(key, number, isLast));
        return frame;
    }

    /// <summary>Sealed bytes that follow; null when it cannot be a prefix.</summary>
    public static int? LengthOf(ReadOnlySpan<byte> prefix)
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix) & ~Last;
        return length is >= AtRestCipher.TagSize and <= Size + AtRestCipher.TagSize ? (int)length : null;
    }

    public static bool IsLast(ReadOnlySpan<byte> prefix) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(prefix) & Last) != 0;

    /// <summary>Null when it is not what was written there.</summary>
    public static byte[]? Open(BackupKey key, ulong number, bool isLast, ReadOnlySpan<byte> sealedBytes)
    {
        var plain = new byte[sealedBytes.Length - AtRestCipher.TagSize];
        return key.Cipher.TryOpen(Nonce(number), sealedBytes, plain, Associated(key, number, isLast)) ? plain : null;
    }

    private static byte[] Nonce(ulong number)
    {
        var nonce = new byte[AtRestCipher.NonceSize];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, number);
        return nonce;
    }

    private static byte[] Associated(BackupKey key, ulong number, bool isLast)
    {
        var bytes = new byte[BackupKey.HeaderSize + sizeof(ulong) + 1];
        key.Header.Span.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(BackupKey.HeaderSize), number);
        bytes[^1] = isLast ? (byte)1 : (byte)0;
        return bytes;
    }
}
