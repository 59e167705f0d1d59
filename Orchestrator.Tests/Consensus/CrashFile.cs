namespace Orchestrator.Tests.Consensus;

/// <summary>What a file surely holds, and the writes that no flush covers yet.</summary>
internal sealed class CrashFile(params byte[] flushed)
{
    private const int Sector = 512;

    private readonly List<(long Offset, byte[] Bytes)> _pending = [];
    private byte[] _flushed = flushed;

    public void Write(long offset, byte[] bytes) => _pending.Add((offset, bytes));

    /// <summary>A cut counts as flushed at once: to keep the bytes would only make the next cut the same.</summary>
    public void Truncate(long length)
    {
        _flushed = _flushed[..(int)Math.Min(length, _flushed.Length)];
        for (var i = 0; i < _pending.Count; i++)
        {
            var (offset, bytes) = _pending[i];
            _pending[i] = (offset, bytes[..(int)Math.Clamp(length - offset, 0, bytes.Length)]);
        }
    }

    /// <summary>A failed flush: the pages count as clean; readers see them, and no flush writes them.</summary>
    public void FailFlush() => _pending.Clear();

    public void Flush()
    {
        foreach (var (offset, bytes) in _pending)
            Put(offset, bytes);
        _pending.Clear();
    }

    /// <summary>The content after a power cut: the unflushed writes arrive whole, in part, or with holes.</summary>
    public byte[] Survivor(Random chance)
    {
        foreach (var (offset, bytes) in _pending)
            switch (chance.Next(4))
            {
                case 0:
                    Put(offset, bytes);
                    break;
                case 1:
                    Put(offset, bytes[..chance.Next(bytes.Length + 1)]);
                    break;
                case 2:
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

    private void Put(long offset, byte[] bytes)
    {
        if (_flushed.Length < offset + bytes.Length)
            Array.Resize(ref _flushed, (int)offset + bytes.Length);
        bytes.CopyTo(_flushed, offset);
    }
}
