using System.Runtime.InteropServices;

namespace Orchestrator.Runtime.Processes;

/// <summary>The few calls of the C library that .NET has no name for. Blittable, so that the shim pays nothing for them.</summary>
internal static class Native
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

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static extern int Kill(int pid, int signal);

    [DllImport("libc", EntryPoint = "setsid", SetLastError = true)]
    internal static extern int SetSid();

    [DllImport("libc", EntryPoint = "geteuid")]
    internal static extern uint EffectiveUser();

    [DllImport("libc", EntryPoint = "signal")]
    internal static extern nint Signal(int signal, nint handler);

    [DllImport("libc", EntryPoint = "prctl")]
    internal static extern int ProcessControl(int option, nuint value, nuint third, nuint fourth, nuint fifth);

    [DllImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static extern int WaitPid(int pid, out int status, int options);

    [DllImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    internal static extern int Pipe([Out] int[] ends, int flags);

    [DllImport("libc", EntryPoint = "dup2")]
    internal static extern int Duplicate(int from, int to);

    [DllImport("libc", EntryPoint = "close")]
    internal static extern int Close(int fd);

    [DllImport("libc", EntryPoint = "fcntl")]
    internal static extern int FileControl(int fd, int command, nint argument);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static extern nint Read(int fd, [Out] byte[] buffer, nint count);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static extern int Poll([In, Out] PollFd[] fds, nuint count, int milliseconds);
}
