using System.Buffers.Binary;
using Orchestrator.Security;

namespace Orchestrator.Consensus.Log;

/// <summary>A file that is written once, encrypted in frames, and read from any place.</summary>
/// <remarks>
/// <see cref="SealedHeader"/> whose number is the plain length, then frames of 64 KiB, the last one shorter: ciphertext
/// and tag (16 bytes). A frame's nonce is its number, for the file's key is used by this one file alone; the tag also
/// covers whether it is the last, so that frames that are swapped, missing or cut off are noticed.
/// </remarks>
internal static class SealedFile
{
    public const int FrameSize = 64 * 1024;
    public const int StoredFrameSize = FrameSize + AtRestCipher.TagSize;

    /// <summary>The file's bytes. Each part is valid until the next is asked for.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Seal(
        ReadOnlySpan<byte> kind, IReadOnlyCollection<ReadOnlyMemory<byte>> parts, LogKeys keys)
    {
        var length = parts.Sum(part => (long)part.Length);
        return Frames(SealedHeader.Make(kind, (ulong)length, keys), length, parts, keys);
    }

    public static void Nonce(Span<byte> nonce, long frame)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(nonce, frame);
    }

    public static ReadOnlySpan<byte> Associated(bool isLast) => isLast ? "last"u8 : "more"u8;

    private static IEnumerable<ReadOnlyMemory<byte>> Frames(
        SealedHeader header, long length, IEnumerable<ReadOnlyMemory<byte>> parts, LogKeys keys)
    {
        yield return header.Bytes;
        using var cipher = header.Cipher(keys, "a new file");
        var (plain, stored) = (new byte[FrameSize], new byte[StoredFrameSize]);
        var nonce = new byte[AtRestCipher.NonceSize];
        var (filled, frame) = (0, 0L);
        foreach (var part in parts)
        {
            for (var rest = part; !rest.IsEmpty;)
            {
                var taken = Math.Min(rest.Length, FrameSize - filled);
                rest[..taken].CopyTo(plain.AsMemory(filled));
                rest = rest[taken..];
                filled += taken;
                length -= taken;
                if (filled < FrameSize && length > 0)
                    continue;
                Nonce(nonce, frame++);
                cipher.Seal(nonce, plain.AsSpan(0, filled), stored, Associated(length == 0));
                yield return stored.AsMemory(0, filled + AtRestCipher.TagSize);
                filled = 0;
            }
        }
    }
}
