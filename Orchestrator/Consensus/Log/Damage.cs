namespace Orchestrator.Consensus.Log;

/// <summary>Tells a write that a crash cut short from bytes that changed after they were acknowledged.</summary>
/// <remarks>
/// A crash loses only what was not flushed: the last batch. It leaves a short file, or sectors that never arrived and
/// read as zeros, in any order. Every record says where its batch began, so an intact record of a later batch proves
/// that the damaged place had been flushed. Anything that a crash does not explain counts as corruption, because
/// to cut it could lose an acknowledged command.
/// </remarks>
internal static class Damage
{
    /// <summary>Bytes that a disk writes as a whole, at the least.</summary>
    private const int Sector = 512;

    /// <param name="window">the last segment of the log</param>
    /// <param name="offset">where the first damaged record begins</param>
    public static bool IsTornTail(FileWindow window, long offset)
    {
        var headerIntact = RecordFormat.TryReadHeader(window.Peek(offset, RecordFormat.HeaderSize), out var header);
        var size = headerIntact ? header.RecordSize : RecordFormat.HeaderSize;
        if (WasFlushed(window, offset, headerIntact ? offset + size : offset + 1))
            return false;
        return offset + size > window.Length || LacksSector(window, offset, offset + size);
    }

    /// <summary>Whether a record behind the damage was written after a flush that covered the damaged place.</summary>
    private static bool WasFlushed(FileWindow window, long damaged, long from)
    {
        if (from >= window.Length)
            return false;
        var rest = window.Peek(from, window.Length - from);
        for (var at = 0; at <= rest.Length - RecordFormat.HeaderSize; at++)
        {
            var next = rest[at..].IndexOf(RecordFormat.Mark);
            if (next < 0)
                return false;
            at += next;
            if (RecordFormat.TryReadHeader(rest[at..], out var header)
                && header.BatchOffset > damaged && header.BatchOffset <= from + at)
                return true;
        }
        return false;
    }

    /// <summary>Whether a sector under the record [begin, end) is all zeros, from where the record begins.</summary>
    private static bool LacksSector(FileWindow window, long begin, long end)
    {
        for (var from = begin; from < end; from = SectorEnd(from))
        {
            var to = Math.Min(SectorEnd(from), window.Length);
            if (!window.Peek(from, to - from).ContainsAnyExcept((byte)0))
                return true;
        }
        return false;
    }

    private static long SectorEnd(long offset) => (offset / Sector + 1) * Sector;
}
