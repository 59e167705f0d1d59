namespace Orchestrator.Consensus.Log;

/// <summary>A segment opened for reading, with the cipher that its header leads to.</summary>
internal sealed class SegmentFile : IDisposable
{
    private SegmentFile(FileWindow window, SealedHeader header, RecordCipher cipher)
    {
        Window = window;
        Header = header;
        Cipher = cipher;
    }

    public FileWindow Window { get; }

    public SealedHeader Header { get; }

    public RecordCipher Cipher { get; }

    public Segment Segment => new(Header.Number, Header.KeyId);

    /// <summary>Where the first record is.</summary>
    public int RecordsOffset => Header.Bytes.Length;

    /// <exception cref="LogException">its header is damaged, or its key is not there</exception>
    public static SegmentFile Open(LogHome home, ulong firstIndex)
    {
        var window = new FileWindow(DataFiles.Segment(home.Directory, firstIndex));
        try
        {
            var header = SegmentHeader.Read(window, firstIndex)
                ?? throw Corruption.At(window.Path, 0, "its header is damaged");
            window.IgnoreZeros(header.Bytes.Length); // room for records: none of them ends with a zero
            var cipher = header.KeyId == 0 ? null : header.Cipher(home.Keys, window.Path);
            return new SegmentFile(window, header, new RecordCipher(cipher));
        }
        catch
        {
            window.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Cipher.Dispose();
        Window.Dispose();
    }
}

/// <param name="First">index of its first entry</param>
/// <param name="KeyId">of the key it is encrypted with; 0 = none</param>
internal readonly record struct Segment(ulong First, ulong KeyId);
