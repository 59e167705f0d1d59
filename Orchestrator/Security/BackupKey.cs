using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Security;

/// <summary>The beginning of a backup file, and the cipher that it and the passphrase give.</summary>
/// <remarks>
/// 64 bytes, little-endian: <c>swarmbak</c>, version u32, rounds of PBKDF2-SHA256 u32, salt (24), fingerprint of the
/// key (8), and the first 16 bytes of the SHA-256 of all before. The fingerprint tells a wrong passphrase from a
/// changed file; it helps nobody to guess, since each guess costs all the rounds with or without it.
/// </remarks>
internal sealed class BackupKey : IDisposable
{
    public const int HeaderSize = 64;

    /// <summary>What a guess at the passphrase costs; see OWASP's advice on storing passwords.</summary>
    public const int Rounds = 600_000;

    /// <summary>Characters. Shorter ones are guessed in no time by whoever gets the file.</summary>
    public const int ShortestPassphrase = 8;

    public const int LongestPassphrase = 1024;

    private const uint Version = 1;
    private const uint MostRounds = 10_000_000;
    private const int RoundsOffset = 12;
    private const int SaltOffset = 16;
    private const int FingerprintOffset = SaltOffset + AtRestCipher.SaltSize;
    private const int ChecksumOffset = FingerprintOffset + sizeof(ulong);

    private readonly byte[] _header;

    private BackupKey(byte[] header, ReadOnlySpan<byte> key)
    {
        _header = header;
        Cipher = new AtRestCipher(key, Salt(header), "swarmnet backup"u8);
    }

    public AtRestCipher Cipher { get; }

    public ReadOnlyMemory<byte> Header => _header;

    private static ReadOnlySpan<byte> Magic => "swarmbak"u8;

    /// <summary>For a new file. Takes a good part of a second, on purpose.</summary>
    /// <param name="random">fills with bytes that nobody can guess</param>
    public static BackupKey Create(string passphrase, Action<Span<byte>> random, int rounds = Rounds)
    {
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(Magic.Length), Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(RoundsOffset), rounds);
        random(header.AsSpan(SaltOffset, AtRestCipher.SaltSize));
        var key = Derive(passphrase, header);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(FingerprintOffset), AtRestCipher.Fingerprint(key));
        Checksum(header).CopyTo(header.AsSpan(ChecksumOffset));
        return Make(header, key);
    }

    /// <param name="header">what the file begins with, <see cref="HeaderSize"/> bytes or all that there is</param>
    /// <exception cref="BackupException">not a backup, a newer one, or another passphrase</exception>
    public static BackupKey Open(byte[] header, string passphrase)
    {
        if (!header.AsSpan().StartsWith(Magic))
            throw new BackupException(BackupFault.NotABackup, "this is not a backup made by \"swarmnet backup\"");
        if (header.Length < HeaderSize)
            throw CutShort();
        var version = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(Magic.Length));
        if (version != Version)
            throw new BackupException(BackupFault.NewerVersion, $"this backup has format {version}; this version knows "
                + $"format {Version} only: restore it with the version that made it, or a newer one");
        var rounds = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(RoundsOffset));
        if (!Checksum(header).AsSpan().SequenceEqual(header.AsSpan(ChecksumOffset)) || rounds is 0 or > MostRounds)
            throw Changed("its first bytes are not those that were written");
        var key = Derive(passphrase, header);
        if (BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(FingerprintOffset)) != AtRestCipher.Fingerprint(key))
            throw new BackupException(BackupFault.WrongPassphrase, "the passphrase is not the one that this backup "
                + "was made with: without it nobody can read the backup");
        return Make(header, key);
    }

    public static BackupException CutShort() => new(BackupFault.CutShort,
        "the backup is cut short: its end is missing. Copy it again from where it was made");

    public static BackupException Changed(string why) => new(BackupFault.Changed,
        $"the backup was changed or damaged since it was made: {why}. Copy it again, or use another one");

    public void Dispose() => Cipher.Dispose();

    private static BackupKey Make(byte[] header, byte[] key)
    {
        var made = new BackupKey(header, key);
        CryptographicOperations.ZeroMemory(key);
        return made;
    }

    private static ReadOnlySpan<byte> Salt(byte[] header) => header.AsSpan(SaltOffset, AtRestCipher.SaltSize);

    private static byte[] Derive(string passphrase, byte[] header) => Rfc2898DeriveBytes.Pbkdf2(
        Encoding.UTF8.GetBytes(passphrase), Salt(header),
        BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(RoundsOffset)), HashAlgorithmName.SHA256,
        AtRestCipher.KeySize);

    private static byte[] Checksum(byte[] header) =>
        SHA256.HashData(header.AsSpan(0, ChecksumOffset))[..(HeaderSize - ChecksumOffset)];
}
