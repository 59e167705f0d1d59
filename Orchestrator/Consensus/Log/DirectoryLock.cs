using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Consensus.Log;

/// <summary>Keeps a second process out of a directory. The kernel lets go when the process ends.</summary>
public sealed class DirectoryLock : IDisposable
{
    private const int ReadableByAll = 0x1A4; // rw-r--r--: the file tells the process id, nothing else

    private readonly SafeFileHandle _file;

    private DirectoryLock(SafeFileHandle file) => _file = file;

    /// <exception cref="LogException">it has a holder (<see cref="LogFailure.InUse"/>), or cannot be made</exception>
    public static DirectoryLock Acquire(string directory)
    {
        var path = Path.Combine(directory, DataFiles.Lock);
        var file = LibC.Open(path, LibC.ReadWrite | LibC.Create | LibC.CloseOnExec, ReadableByAll);
        if (file.IsInvalid)
            throw Failed("open", path);
        if (LibC.FLock(file, LibC.LockExclusive | LibC.LockNonBlocking) != 0)
        {
            using (file)
                throw Marshal.GetLastPInvokeError() == LibC.ErrorWouldBlock
                    ? InUse(directory, file)
                    : Failed("lock", path);
        }
        WriteHolder(file);
        return new DirectoryLock(file);
    }

    public void Dispose() => _file.Dispose();

    private static void WriteHolder(SafeFileHandle file)
    {
        // Only a help for people: the lock itself does not depend on what the file says.
        var text = Encoding.ASCII.GetBytes(LibC.ProcessId().ToString(CultureInfo.InvariantCulture));
        if (LibC.FTruncate(file, 0) == 0)
            _ = LibC.PWrite(file, in text[0], text.Length, 0);
    }

    private static LogException InUse(string directory, SafeFileHandle file)
    {
        var text = new byte[16];
        var length = RandomAccess.Read(file, text, 0);
        var holder = length > 0 ? $"process {Encoding.ASCII.GetString(text, 0, length)}" : "another process";
        return new LogException(LogFailure.InUse, $"data directory {directory} is in use by {holder}. "
            + "Stop that one, or give this one a directory of its own.");
    }

    private static LogException Failed(string verb, string path) => new(
        LogFailure.InputOutput,
        $"cannot {verb} {path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}
