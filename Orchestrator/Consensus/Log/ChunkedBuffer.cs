using System.Buffers;

namespace Orchestrator.Consensus.Log;

/// <summary>Collects a snapshot in pieces that stay out of the large object heap.</summary>
internal sealed class ChunkedBuffer : IBufferWriter<byte>
{
    private const int ChunkSize = 64 * 1024;

    private readonly List<ReadOnlyMemory<byte>> _full = [];
    private byte[] _chunk = [];
    private int _used;

    public long Length { get; private set; }

    public IEnumerable<ReadOnlyMemory<byte>> Parts => _full.Append(_chunk.AsMemory(0, _used));

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_chunk.Length - _used), nameof(count));
        _used += count;
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_chunk.Length - _used < Math.Max(sizeHint, 1))
            NextChunk(sizeHint);
        return _chunk.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    private void NextChunk(int sizeHint)
    {
        if (_used > 0)
            _full.Add(_chunk.AsMemory(0, _used));
        _chunk = new byte[Math.Max(sizeHint, ChunkSize)];
        _used = 0;
    }
}
