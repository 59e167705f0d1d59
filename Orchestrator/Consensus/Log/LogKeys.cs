using System.Buffers.Binary;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Consensus.Log;

/// <summary>The keys of one directory: the file <c>keys</c>, replaced as a whole.</summary>
/// <remarks>
/// File header, number of keys u32, the keys of 32 bytes each, the active one last, CRC-32C of all before. A key's id
/// is computed from it, so a file of other keys is noticed. Readable from any thread; changed by one.
/// </remarks>
internal sealed class LogKeys
{
    private const int MostKeys = 64;
    private const int KeysOffset = FileHeader.Size + sizeof(uint);

    private readonly string _path;
    private readonly ILogDisk _disk;
    private volatile LogKey[] _keys;

    private LogKeys(string path, ILogDisk disk, Action<Span<byte>> random, LogKey[] keys)
    {
        _path = path;
        _disk = disk;
        Random = random;
        _keys = keys;
    }

    /// <summary>What every new file is written with.</summary>
    public LogKey Active => _keys[^1];

    /// <summary>Whether a key is kept for old files only.</summary>
    public bool HasOld => _keys.Length > 1;

    /// <summary>When the keys were changed last, as the file system says.</summary>
    public DateTimeOffset ChangedAt => File.GetLastWriteTimeUtc(_path);

    /// <summary>Fills with random bytes that nobody can guess: for keys, salts and nonces.</summary>
    public Action<Span<byte>> Random { get; }

    /// <param name="mayCreate">nothing in the directory is encrypted yet</param>
    /// <exception cref="LogException">damaged, or missing although it is needed</exception>
    public static LogKeys Open(string directory, ILogDisk disk, Action<Span<byte>> random, bool mayCreate)
    {
        var path = Path.Combine(directory, DataFiles.Keys);
        if (File.Exists(path))
            return new LogKeys(path, disk, random, Parse(AtomicFile.Read(path), path));
        if (!mayCreate)
            throw new LogException(LogFailure.KeyMissing, $"the file {path} is missing: the log beside it is "
                + "encrypted and cannot be read without. Nothing was changed. Put the file back if it was moved. "
                + Corruption.WayOut);
        var keys = new LogKeys(path, disk, random, []);
        keys.Save([LogKey.Make(random)]);
        return keys;
    }

    /// <exception cref="LogException">the key is not there</exception>
    public LogKey Find(ulong id, string path) => Array.Find(_keys, key => key.Id == id)
        ?? throw new LogException(LogFailure.KeyMissing, $"{path} is encrypted with key {id:x}, which {_path} does "
            + "not hold. Nothing was changed. Files of another directory or another time were mixed. "
            + Corruption.WayOut);

    /// <summary>Returns when a new active key is durable.</summary>
    public void Rotate()
    {
        Invariant.Require(_keys.Length < MostKeys, "old keys go with the files that need them");
        Save([.. _keys, LogKey.Make(Random)]);
    }

    /// <summary>Forgets the keys that no file needs, but never the active one.</summary>
    public void Retain(IReadOnlySet<ulong> used)
    {
        var kept = _keys.Where(key => key == Active || used.Contains(key.Id)).ToArray();
        if (kept.Length < _keys.Length)
            Save(kept);
    }

    private void Save(LogKey[] keys)
    {
        AtomicFile.Write(_disk, _path, [Format(keys)]);
        _keys = keys;
    }

    private static byte[] Format(LogKey[] keys)
    {
        var bytes = new byte[KeysOffset + (keys.Length * AtRestCipher.KeySize) + sizeof(uint)];
        FileHeader.Write(bytes, FileHeader.Keys);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(FileHeader.Size), keys.Length);
        for (var i = 0; i < keys.Length; i++)
            keys[i].Bytes.CopyTo(bytes.AsSpan(KeysOffset + (i * AtRestCipher.KeySize)));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan()[^4..], Crc32C.Of(bytes.AsSpan()[..^4]));
        return bytes;
    }

    private static LogKey[] Parse(byte[] bytes, string path)
    {
        var intact = FileHeader.ReadVersion(bytes, FileHeader.Keys, path) is not null
            && bytes.Length > KeysOffset + sizeof(uint)
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan()[^4..]) == Crc32C.Of(bytes.AsSpan()[..^4]);
        var count = intact ? BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(FileHeader.Size)) : 0;
        if (count is < 1 or > MostKeys || bytes.Length != KeysOffset + (count * AtRestCipher.KeySize) + sizeof(uint))
            throw Corruption.At(path, 0, "the keys of the log are damaged, which cannot be read without them");
        return [.. bytes[KeysOffset..^4].Chunk(AtRestCipher.KeySize).Select(key => new LogKey(key))];
    }
}

/// <summary>One key. It has no text form, so that no message can show it.</summary>
internal sealed class LogKey(byte[] bytes)
{
    private readonly byte[] _bytes = bytes;

    public ulong Id { get; } = AtRestCipher.Fingerprint(bytes);

    public ReadOnlySpan<byte> Bytes => _bytes;

    public static LogKey Make(Action<Span<byte>> random)
    {
        var bytes = new byte[AtRestCipher.KeySize];
        random(bytes);
        return new LogKey(bytes);
    }
}
