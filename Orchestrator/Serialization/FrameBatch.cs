using System.Buffers;
using System.Buffers.Binary;

namespace Orchestrator.Serialization;

/// <summary>Frames of <see cref="FrameStream"/>, one behind the other, for one write.</summary>
public sealed class FrameBatch : IBufferWriter<byte>
{
    private const int HeaderBytes = 4;
    private const int FirstBytes = 256;

    private byte[] _bytes = [];

    public int Length { get; private set; }

    /// <summary>What it holds room for.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Add<T>(T message) where T : class
    {
        var start = Length;
        GetSpan(HeaderBytes);
        Length += HeaderBytes;
        MessagePackSerializer.Serialize(this, message);
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start), Length - start - HeaderBytes);
    }

    /// <summary>Empties it, and keeps its room up to a limit.</summary>
    public void Clear(int keptBytes)
    {
        Length = 0;
        if (_bytes.Length > keptBytes)
            _bytes = [];
    }

    void IBufferWriter<byte>.Advance(int count) => Length += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        GetSpan(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        var needed = Length + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, Math.Max(FirstBytes, 2 * _bytes.Length)));
        return _bytes.AsSpan(Length);
    }
}
