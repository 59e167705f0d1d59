using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Orchestrator.Security;

/// <summary>AES-256-GCM for what lies on the disk, under a key derived for one file alone.</summary>
/// <remarks>
/// The file's key is HKDF-SHA256 of a long-lived key with the file's random salt of 192 bits, so nonces need to be
/// unique within one file only. The caller sees to that.
/// </remarks>
internal sealed class AtRestCipher : IDisposable
{
    public const int KeySize = 32;
    public const int SaltSize = 24;
    public const int NonceSize = 12;
    public const int TagSize = 16;

    private readonly AesGcm _aes;

    /// <param name="purpose">what the file is: another purpose gives another key</param>
    public AtRestCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> purpose)
    {
        Span<byte> derived = stackalloc byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt, purpose);
        _aes = new AesGcm(derived, TagSize);
        CryptographicOperations.ZeroMemory(derived);
    }

    /// <summary>The system's random source.</summary>
    public static Action<Span<byte>> SecureRandom { get; } = static bytes => RandomNumberGenerator.Fill(bytes);

    /// <summary>A number that tells keys apart and says nothing about them; never 0.</summary>
    public static ulong Fingerprint(ReadOnlySpan<byte> key)
    {
        Span<byte> derived = stackalloc byte[sizeof(ulong)];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt: default, "swarmnet key fingerprint"u8);
        return BinaryPrimitives.ReadUInt64LittleEndian(derived) | 1;
    }

    /// <param name="nonce">never used before with this file</param>
    /// <param name="target">gets ciphertext and tag: as long as the plain bytes and <see cref="TagSize"/></param>
    /// <param name="associated">not stored here, but to be the same when it is opened</param>
    public void Seal(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> target, ReadOnlySpan<byte> associated) =>
        _aes.Encrypt(nonce, plain, target[..plain.Length], target.Slice(plain.Length, TagSize), associated);

    /// <summary>False when the bytes, the nonce or what is associated are not what was sealed.</summary>
    /// <param name="plain">as long as the sealed bytes without <see cref="TagSize"/></param>
    public bool TryOpen(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertextAndTag, Span<byte> plain, ReadOnlySpan<byte> associated)
    {
        try
        {
            _aes.Decrypt(nonce, ciphertextAndTag[..^TagSize], ciphertextAndTag[^TagSize..], plain, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => _aes.Dispose();
}
