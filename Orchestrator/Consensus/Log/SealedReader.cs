using Orchestrator.Security;

namespace Orchestrator.Consensus.Log;

/// <summary>Reads a <see cref="SealedFile"/> from any place.</summary>
internal sealed class SealedReader : IDisposable
{
    private readonly FileWindow _window;
    private readonly AtRestCipher _cipher;
    private readonly byte[] _nonce = new byte[AtRestCipher.NonceSize];
    private readonly byte[] _frame = new byte[SealedFile.FrameSize];

    private SealedReader(FileWindow window, AtRestCipher cipher, long length)
    {
        _window = window;
        _cipher = cipher;
        Length = length;
    }

    /// <summary>Plain bytes.</summary>
    public long Length { get; }

    /// <summary>Null when the header is damaged or the file is not as long as it says. Takes the window.</summary>
    /// <exception cref="LogException">the key is not there</exception>
    public static SealedReader? Open(FileWindow window, ReadOnlySpan<byte> kind, LogKeys keys)
    {
        var header = SealedHeader.Read(window.Peek(0, SealedHeader.Size), kind, window.Path);
        if (header is null || header.Number > long.MaxValue / 2 || window.Length != StoredLength((long)header.Number))
            return null;
        return new SealedReader(window, header.Cipher(keys, window.Path), (long)header.Number);
    }

    /// <summary>False when a frame is not what was written there.</summary>
    /// <param name="target">all of it lies within <see cref="Length"/></param>
    public bool TryRead(long offset, Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            var number = offset / SealedFile.FrameSize;
            var within = (int)(offset % SealedFile.FrameSize);
            if (!TryReadFrame(number, out var plain))
                return false;
            var taken = Math.Min(plain.Length - within, target.Length);
            plain.Slice(within, taken).CopyTo(target);
            target = target[taken..];
            offset += taken;
        }
        return true;
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _window.Dispose();
    }

    private bool TryReadFrame(long number, out ReadOnlySpan<byte> plain)
    {
        var length = (int)Math.Min(SealedFile.FrameSize, Length - (number * SealedFile.FrameSize));
        var stored = _window.Peek(
            SealedHeader.Size + (number * SealedFile.StoredFrameSize), length + AtRestCipher.TagSize);
        SealedFile.Nonce(_nonce, number);
        plain = _frame.AsSpan(0, length);
        var isLast = Length - (number * SealedFile.FrameSize) <= SealedFile.FrameSize;
        return _cipher.TryOpen(_nonce, stored, _frame.AsSpan(0, length), SealedFile.Associated(isLast));
    }

    private static long StoredLength(long plain)
    {
        var frames = (plain + SealedFile.FrameSize - 1) / SealedFile.FrameSize;
        return SealedHeader.Size + plain + (frames * AtRestCipher.TagSize);
    }
}
