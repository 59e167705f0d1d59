using System.Buffers.Binary;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Consensus.Log;

/// <summary>Encrypts the pieces of a file that grows, or is cut and grows again.</summary>
/// <remarks>
/// A sealed piece is its nonce (12 bytes), the ciphertext, the tag (16 bytes). The nonce is 8 random bytes, drawn each
/// time that the file is opened for writing, and a counter (u32): it does not come again when a cut or a crash makes
/// the same place be written twice, nor when a copy of the directory is put back.
/// </remarks>
/// <param name="cipher">null: the pieces are plain, which can be read but not written</param>
internal sealed class RecordCipher(AtRestCipher? cipher) : IDisposable
{
    public const int Overhead = AtRestCipher.NonceSize + AtRestCipher.TagSize;

    private readonly byte[] _nonce = new byte[AtRestCipher.NonceSize];
    private uint _left;

    /// <summary>For a file that is opened for writing: another one can only read.</summary>
    public static RecordCipher ForWriting(AtRestCipher cipher, Action<Span<byte>> random)
    {
        var result = new RecordCipher(cipher) { _left = uint.MaxValue };
        random(result._nonce.AsSpan(0, sizeof(ulong)));
        return result;
    }

    /// <param name="target">as long as the plain bytes and <see cref="Overhead"/></param>
    public void Seal(ReadOnlySpan<byte> plain, Span<byte> target, ReadOnlySpan<byte> associated)
    {
        Invariant.Require(cipher is not null && _left > 0, "nonces are never used twice");
        BinaryPrimitives.WriteUInt32LittleEndian(_nonce.AsSpan(sizeof(ulong)), _left--);
        _nonce.CopyTo(target);
        cipher.Seal(_nonce, plain, target[_nonce.Length..], associated);
    }

    /// <summary>The plain bytes; null when they are not what was sealed.</summary>
    public byte[]? Open(ReadOnlySpan<byte> piece, ReadOnlySpan<byte> associated)
    {
        if (cipher is null)
            return piece.ToArray();
        if (piece.Length < Overhead)
            return null;
        var plain = new byte[piece.Length - Overhead];
        var nonce = piece[..AtRestCipher.NonceSize];
        return cipher.TryOpen(nonce, piece[nonce.Length..], plain, associated) ? plain : null;
    }

    public void Dispose() => cipher?.Dispose();
}
