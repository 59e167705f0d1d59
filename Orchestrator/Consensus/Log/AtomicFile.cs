namespace Orchestrator.Consensus.Log;

/// <summary>Replaces a whole file: after a crash there is the old one or the new one.</summary>
internal static class AtomicFile
{
    public static void Write(ILogDisk disk, string path, IEnumerable<ReadOnlyMemory<byte>> content)
    {
        var temporary = path + DataFiles.TemporarySuffix;
        disk.Delete(temporary);
        using (var file = disk.Create(temporary))
        {
            var offset = 0L;
            foreach (var part in content)
            {
                disk.Write(file, offset, part.Span);
                offset += part.Length;
            }
            disk.Flush(file);
        }
        disk.Rename(temporary, path);
        disk.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <exception cref="LogException">the file exists and cannot be read</exception>
    public static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LogException(LogFailure.InputOutput, $"cannot read {path}: {e.Message}", e);
        }
    }
}
