using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Primitives;

/// <summary>
/// Small files that are either the old one or the new one after a crash, never half of each, readable by the owner
/// only.
/// </summary>
/// <remarks>
/// Flushes by the system's own calls: the managed ones return normally when the disk refuses, and cannot flush a
/// directory.
/// </remarks>
public static partial class DurableFile
{
    private const string TemporarySuffix = ".tmp";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int OpenDirectory = 0x80000; // O_RDONLY | O_CLOEXEC

    /// <exception cref="IOException">the disk refused; the old file is still there</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + TemporarySuffix;
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly, BufferSize = 0,
        }))
        {
            file.Write(content);
            Check(FSync(file.SafeFileHandle), temporary);
        }
        File.Move(temporary, path, overwrite: true);
        FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes a large file that was written under another name durable, and gives it its name.</summary>
    /// <param name="written">in the same directory; open still</param>
    /// <exception cref="IOException">the disk refused, or the name is taken and may not be replaced</exception>
    public static void Publish(FileStream written, string path, bool overwrite)
    {
        written.Flush();
        Check(FSync(written.SafeFileHandle), written.Name);
        File.Move(written.Name, path, overwrite);
        FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Removes the file, if there is one, so that it stays removed.</summary>
    public static void Remove(string path)
    {
        if (!File.Exists(path))
            return;
        File.Delete(path);
        FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes names that were added to or removed from the directory durable.</summary>
    public static void FlushDirectory(string path)
    {
        using var directory = Open(path, OpenDirectory);
        Check(directory.IsInvalid ? -1 : FSync(directory), path);
    }

    private static void Check(int result, string path)
    {
        if (result != 0)
            throw new IOException($"cannot make {path} durable: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);
}
