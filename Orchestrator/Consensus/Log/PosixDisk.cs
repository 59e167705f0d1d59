using System.Runtime.InteropServices;

namespace Orchestrator.Consensus.Log;

/// <summary>The real disk.</summary>
internal sealed class PosixDisk : ILogDisk
{
    private const int OwnerOnly = 0x180; // rw-------

    /// <exception cref="LogException">the system does not say when a flush fails</exception>
    public PosixDisk()
    {
        if (LibC.FDataSync(-1) != -1)
            throw new LogException(LogFailure.FlushFailed, "this system does not say when a flush fails: an impossible "
                + "one succeeded. Nothing could be promised, so nothing is written. Look for what stands between the "
                + "daemon and the kernel (eatmydata, LD_PRELOAD, a sandbox) and start it without.");
    }

    public DiskFile Create(string path) => OpenWith(path, LibC.WriteOnly | LibC.Create | LibC.Exclusive);

    public DiskFile Open(string path) => OpenWith(path, LibC.WriteOnly);

    public void Write(DiskFile file, long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var written = LibC.PWrite(file.Handle, in bytes[0], bytes.Length, offset);
            if (written > 0)
            {
                offset += written;
                bytes = bytes[(int)written..];
            }
            else if (written == 0 || Marshal.GetLastPInvokeError() != LibC.ErrorInterrupted)
            {
                throw WriteFailed($"write {bytes.Length} bytes at offset {offset} of", file.Path);
            }
        }
    }

    public void SetLength(DiskFile file, long length)
    {
        if (LibC.FTruncate(file.Handle, length) != 0)
            throw WriteFailed($"set the length to {length} bytes of", file.Path);
    }

    public void Flush(DiskFile file)
    {
        if (LibC.FDataSync(file.Handle) != 0)
            throw FlushFailed(file.Path);
    }

    public void FlushDirectory(string path)
    {
        using var directory = LibC.Open(path, LibC.ReadOnly | LibC.Directory | LibC.CloseOnExec, 0);
        if (directory.IsInvalid || LibC.FSync(directory) != 0)
            throw FlushFailed(path);
    }

    public void Rename(string from, string to) => Managed("rename", from, () => File.Move(from, to, overwrite: true));

    public void Delete(string path) => Managed("delete", path, () => File.Delete(path));

    private static DiskFile OpenWith(string path, int flags)
    {
        var handle = LibC.Open(path, flags | LibC.CloseOnExec, OwnerOnly);
        return handle.IsInvalid ? throw WriteFailed("open", path) : new DiskFile(path, handle);
    }

    private static void Managed(string verb, string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LogException(LogFailure.InputOutput, $"cannot {verb} {path}: {e.Message}", e);
        }
    }

    private static LogException WriteFailed(string verb, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        var reason = Marshal.GetPInvokeErrorMessage(error);
        return error is LibC.ErrorNoSpace or LibC.ErrorQuota
            ? new LogException(LogFailure.DiskFull, $"disk full: cannot {verb} {path} ({reason}). "
                + "The manager stops; nothing that it acknowledged is lost. Free some space and start it again.")
            : new LogException(LogFailure.InputOutput, $"cannot {verb} {path}: {reason}. "
                + "The manager stops; check the disk and the directory's permissions, then start it again.");
    }

    private static LogException FlushFailed(string path)
    {
        var reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
        return new LogException(LogFailure.FlushFailed, $"the disk did not keep what was written: "
            + $"flush of {path} failed: {reason}. The manager stops and does not try again, because the system "
            + "may have dropped the data. Check the disk (kernel log, free space) before you start it.");
    }
}
