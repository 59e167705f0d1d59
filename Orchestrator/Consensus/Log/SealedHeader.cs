using System.Buffers.Binary;
using Orchestrator.Security;

namespace Orchestrator.Consensus.Log;

/// <summary>The first 64 bytes of an encrypted file: which key, and the salt that makes it this file's own.</summary>
/// <remarks>
/// File header, a number (u64), key id (u64), salt (24 bytes), CRC-32C of these, end mark. File header and number take
/// part in the file's key: a file under another's name or kind cannot be read.
/// </remarks>
/// <param name="Number">what the kind of file makes of it</param>
/// <param name="KeyId">of the long-lived key; 0: not encrypted (format 1)</param>
internal sealed record SealedHeader(ulong Number, ulong KeyId, ReadOnlyMemory<byte> Bytes)
{
    public const int Size = 64;

    private const int PurposeSize = 24;
    private const int SaltOffset = 32;
    private const int CheckedSize = SaltOffset + AtRestCipher.SaltSize;
    private const uint EndMark = 0x7B7B7B7B;

    public static SealedHeader Make(ReadOnlySpan<byte> kind, ulong number, LogKeys keys)
    {
        var bytes = new byte[Size];
        var id = keys.Active.Id;
        FileHeader.Write(bytes, kind);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(FileHeader.Size), number);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(PurposeSize), id);
        keys.Random(bytes.AsSpan(SaltOffset, AtRestCipher.SaltSize));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CheckedSize), Crc32C.Of(bytes.AsSpan(0, CheckedSize)));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CheckedSize + sizeof(uint)), EndMark);
        return new SealedHeader(number, id, bytes);
    }

    /// <summary>Null when these are not the bytes of an intact header of this kind.</summary>
    /// <exception cref="LogException">a newer program wrote it</exception>
    public static SealedHeader? Read(ReadOnlySpan<byte> source, ReadOnlySpan<byte> kind, string path)
    {
        if (FileHeader.ReadVersion(source, kind, path) != FileHeader.Version || source.Length < Size)
            return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[CheckedSize..]) != Crc32C.Of(source[..CheckedSize])
            || BinaryPrimitives.ReadUInt32LittleEndian(source[(CheckedSize + sizeof(uint))..]) != EndMark)
            return null;
        return new SealedHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(source[FileHeader.Size..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[PurposeSize..]),
            source[..Size].ToArray());
    }

    /// <exception cref="LogException">the key is not there</exception>
    public AtRestCipher Cipher(LogKeys keys, string path) => new(
        keys.Find(KeyId, path).Bytes,
        Bytes.Span.Slice(SaltOffset, AtRestCipher.SaltSize),
        Bytes.Span[..PurposeSize]);
}
