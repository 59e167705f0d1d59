namespace Orchestrator.Runtime.Processes;

/// <summary>One process as <c>/proc/pid/stat</c> tells it; ticks are hundredths of a second, on every Linux.</summary>
internal readonly record struct ProcEntry(int Pid, int Parent, int Session, char State)
{
    internal long StartTicks { get; init; }

    internal long CpuTicks { get; init; }
}

/// <summary>Reads /proc.</summary>
internal static class ProcFiles
{
    internal static string BootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>The very process that began then still runs; a zombie does not.</summary>
    internal static bool Lives(int pid, long startTicks) =>
        pid > 0 && Read(pid) is { } entry && entry.StartTicks == startTicks && entry.State is not ('Z' or 'X');

    /// <returns>null when there is no such process</returns>
    internal static ProcEntry? Read(int pid)
    {
        var text = TryRead($"/proc/{pid}/stat");
        var end = text.LastIndexOf(')');
        if (end < 0)
            return null;

        // Counted from field 3, the first one after the name, which may itself hold blanks and parentheses.
        var fields = text[(end + 2)..].Split(' ');
        if (fields.Length < 22)
            return null;
        return new ProcEntry(pid, int.Parse(fields[1]), int.Parse(fields[3]), fields[0][0])
        {
            CpuTicks =
                long.Parse(fields[11]) + long.Parse(fields[12]) + long.Parse(fields[13]) + long.Parse(fields[14]),
            StartTicks = long.Parse(fields[19]),
        };
    }

    internal static IEnumerable<ProcEntry> All()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(directory), out var pid) && Read(pid) is { } entry)
                yield return entry;
    }

    /// <summary>Everything that descends from a process, without it.</summary>
    internal static List<ProcEntry> Descendants(int pid)
    {
        var children = All().ToLookup(entry => entry.Parent);
        var found = new List<ProcEntry>(children[pid]);
        for (var i = 0; i < found.Count; i++)
            found.AddRange(children[found[i].Pid]);
        return found;
    }

    /// <returns>empty when it cannot be read: the process has ended</returns>
    internal static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
