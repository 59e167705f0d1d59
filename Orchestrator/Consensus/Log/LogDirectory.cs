using System.Runtime.InteropServices;

namespace Orchestrator.Consensus.Log;

/// <summary>The directory of the log: made durably, for this user only.</summary>
internal static class LogDirectory
{
    private const int OwnerOnly = 0x1C0; // rwx------

    /// <summary>Makes the directory and those above it where they are missing.</summary>
    public static void Create(ILogDisk disk, string directory)
    {
        if (Directory.Exists(directory))
            return;
        var parent = Path.GetDirectoryName(directory) ?? directory;
        Create(disk, parent);
        if (LibC.MakeDirectory(directory, OwnerOnly) != 0)
        {
            var reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            throw new LogException(LogFailure.InputOutput, $"cannot create the directory {directory}: {reason}");
        }
        disk.FlushDirectory(parent);
    }

    /// <summary>Deletes what a crash left unfinished. Only under the lock.</summary>
    public static void Clean(ILogDisk disk, string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory, "*" + DataFiles.TemporarySuffix))
            disk.Delete(path);
    }
}
