using System.Runtime.InteropServices;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// The few calls of the C library that .NET has no name for. Blittable, so that the shim pays nothing for them.
/// </summary>
internal static partial class Native
{
    internal const int SigKill = 9;

    /// <summary>File descriptors do not survive an exec.</summary>
    internal const int CloseOnExec = 0x80000;

    internal const int NoHang = 1;
    internal const int ErrorInterrupted = 4;
    internal const int ErrorNoProcess = 3;
    internal const int SetChildSubreaper = 36;
    internal const int GetFdFlags = 1;
    internal const int FdCloseOnExec = 1;
    internal const short PollIn = 1;

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        internal int Fd;
        internal short Events;
        internal short Returned;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "umask")]
    internal static partial uint FileMask(uint mask);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    internal static partial int SetSid();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "signal")]
    internal static partial nint Signal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "prctl")]
    internal static partial int ProcessControl(int option, nuint value, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    internal static partial int Pipe([Out] int[] ends, int flags);

    [LibraryImport("libc", EntryPoint = "dup2")]
    internal static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    internal static partial int FileControl(int fd, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int fd, [Out] byte[] buffer, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll([In, Out] PollFd[] fds, nuint count, int milliseconds);
}
