namespace Orchestrator.Consensus.Log;

/// <summary>How long the disk takes to keep a small write: every change waits for that.</summary>
internal static class FlushSpeed
{
    private const int Rounds = 21;
    private const int Bytes = 256;

    /// <summary>
    /// Microseconds of one append with its flush, in a file made as the log's are: the median of a few. May run beside
    /// a working log.
    /// </summary>
    /// <exception cref="LogException">the disk refuses</exception>
    public static double Measure(ILogDisk disk, string directory, TimeProvider time)
    {
        var path = Path.Combine(directory, "flush-speed" + DataFiles.TemporarySuffix);
        var times = new double[Rounds];
        disk.Delete(path);
        using (var file = disk.Create(path))
        {
            disk.SetLength(file, Rounds * Bytes);
            disk.Flush(file);
            for (var round = 0; round < Rounds; round++)
            {
                var start = time.GetTimestamp();
                disk.Write(file, (long)round * Bytes, new byte[Bytes]);
                disk.Flush(file);
                times[round] = time.GetElapsedTime(start).TotalMicroseconds;
            }
        }
        disk.Delete(path);
        Array.Sort(times);
        return times[Rounds / 2];
    }
}
