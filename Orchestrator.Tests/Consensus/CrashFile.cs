namespace Orchestrator.Tests.Consensus;

/// <summary>What a file surely holds, and the writes that no flush covers yet.</summary>
internal sealed class CrashFile(params byte[] flushed)
{
    private const int Sector = 512;

    private readonly List<Change> _pending = [];
    private byte[] _flushed = flushed;

    public void Write(long offset, byte[] bytes) => _pending.Add(new Change(offset, bytes));

    public void SetLength(long length) => _pending.Add(new Change(length, null));

    /// <summary>
    /// A failed flush: the pages count as clean; readers see them, and no flush writes them. The length is not a page.
    /// </summary>
    public void FailFlush() => _pending.RemoveAll(change => change.Bytes is not null);

    public void Flush()
    {
        foreach (var change in _pending)
            Make(change);
        _pending.Clear();
    }

    /// <summary>The content after a power cut: unflushed lengths or not, unflushed writes whole, in part, or with holes.</summary>
    public byte[] Survivor(Random chance)
    {
        foreach (var (offset, bytes) in _pending)
            switch (chance.Next(4))
            {
                case 0:
                    Make(new Change(offset, bytes));
                    break;
                case 1:
                    Make(new Change(offset, bytes?[..chance.Next(bytes.Length + 1)]));
                    break;
                case 2 when bytes is not null:
                    PutSectors(offset, bytes, chance);
                    break;
                default:
                    break;
            }
        return _flushed;
    }

    private void PutSectors(long offset, byte[] bytes, Random chance)
    {
        for (var at = 0L; at < bytes.Length;)
        {
            var end = Math.Min(bytes.Length, ((offset + at) / Sector + 1) * Sector - offset);
            if (chance.Next(2) == 0)
                Put(offset + at, bytes[(int)at..(int)end]);
            at = end;
        }
    }

    private void Make(Change change)
    {
        if (change.Bytes is not null)
            Put(change.Offset, change.Bytes);
        else
            Array.Resize(ref _flushed, (int)change.Offset);
    }

    private void Put(long offset, byte[] bytes)
    {
        if (_flushed.Length < offset + bytes.Length)
            Array.Resize(ref _flushed, (int)offset + bytes.Length);
        bytes.CopyTo(_flushed, offset);
    }

    /// <param name="Bytes">null: the file ends at the offset</param>
    private readonly record struct Change(long Offset, byte[]? Bytes);
}
