namespace Orchestrator.Security;

/// <summary>A backup as a stream of bytes: a header (<see cref="BackupKey"/>) and sealed pieces.</summary>
internal static class BackupFile
{
    public static async Task WriteAsync(
        Stream target, ReadOnlyMemory<byte> content, BackupKey key, CancellationToken ct)
    {
        await target.WriteAsync(key.Header, ct);
        var offset = 0;
        for (var number = 0UL; ; number++)
        {
            var length = Math.Min(BackupFrame.Size, content.Length - offset);
            var isLast = offset + length == content.Length;
            var piece = content.Span.Slice(offset, length);
            await target.WriteAsync(BackupFrame.Seal(key, number, isLast, piece), ct);
            if (isLast)
                return;
            offset += length;
        }
    }

    /// <summary>The content, once every byte of the file is known to be right.</summary>
    /// <param name="most">bytes of content at most</param>
    /// <exception cref="BackupException">it cannot be used</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(
        Stream source, string passphrase, int most, CancellationToken ct)
    {
        var header = await TakeAsync(source, BackupKey.HeaderSize, ct);
        using var key = BackupKey.Open(header, passphrase);
        using var content = new MemoryStream();
        var isLast = false;
        for (var number = 0UL; !isLast; number++)
        {
            var prefix = await TakeWholeAsync(source, BackupFrame.PrefixSize, ct);
            isLast = BackupFrame.IsLast(prefix);
            var length = BackupFrame.LengthOf(prefix) ?? throw BackupKey.Changed(Place(number));
            var sealedBytes = await TakeWholeAsync(source, length, ct);
            var plain = BackupFrame.Open(key, number, isLast, sealedBytes) ?? throw BackupKey.Changed(Place(number));
            if (content.Length + plain.Length > most)
                throw new BackupException(BackupFault.TooLarge, $"the backup holds more than {most >> 20} MiB");
            content.Write(plain);
        }
        if ((await TakeAsync(source, 1, ct)).Length > 0)
            throw BackupKey.Changed("something follows its end");
        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }

    private static string Place(ulong number) => $"piece {number + 1} is not what was written there";

    private static async Task<byte[]> TakeWholeAsync(Stream source, int count, CancellationToken ct)
    {
        var bytes = await TakeAsync(source, count, ct);
        return bytes.Length == count ? bytes : throw BackupKey.CutShort();
    }

    /// <summary>Fewer at the end of the file.</summary>
    private static async Task<byte[]> TakeAsync(Stream source, int count, CancellationToken ct)
    {
        var bytes = new byte[count];
        var read = await source.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, ct);
        return bytes[..read];
    }
}
