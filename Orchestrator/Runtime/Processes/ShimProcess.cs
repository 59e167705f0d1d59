using System.Runtime.InteropServices;

namespace Orchestrator.Runtime.Processes;

/// <summary>What the shim asks of the kernel.</summary>
internal static class ShimProcess
{
    private const nint Ignore = 1;

    /// <summary>022 in octal: what programs expect; the daemon's own mask is stricter.</summary>
    private const uint UsualFileMask = 0x12;

    private static readonly int[] EndingSignals = [1, 2, 3, 15];

    /// <summary>
    /// How long a process that cannot be killed (it hangs in the kernel) may keep the exit code from being written.
    /// </summary>
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Leaves the daemon's session, drops what it may have left open, outlives signals meant for it, and becomes the
    /// parent of whatever the task abandons, so that none of it is lost sight of.
    /// </summary>
    internal static void Detach()
    {
        _ = Native.SetSid();
        _ = Native.FileMask(UsualFileMask);
        foreach (var signal in EndingSignals)
            Native.Signal(signal, Ignore);
        _ = Native.ProcessControl(Native.SetChildSubreaper, 1, 0, 0, 0);
        Directory.SetCurrentDirectory("/");
        foreach (var entry in Directory.GetFiles("/proc/self/fd"))
            if (int.TryParse(Path.GetFileName(entry), out var fd) && fd > 2 && IsInherited(fd))
                _ = Native.Close(fd);
    }

    /// <summary>Everything this runtime opens closes on exec: what does not came from the parent.</summary>
    private static bool IsInherited(int fd) =>
        Native.FileControl(fd, Native.GetFdFlags, 0) is >= 0 and var flags && (flags & Native.FdCloseOnExec) == 0;

    /// <summary>
    /// Points standard input, output and error to nothing, and the copies that the managed runtime keeps of them.
    /// </summary>
    internal static void Silence()
    {
        using var nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        string[] standard = [Target("0"), Target("1"), Target("2")];
        foreach (var entry in Directory.GetFiles("/proc/self/fd"))
            if (standard.Contains(Target(Path.GetFileName(entry))) && int.TryParse(Path.GetFileName(entry), out var fd))
                _ = Native.Duplicate((int)nothing.DangerousGetHandle(), fd);

        static string Target(string fd) => new FileInfo($"/proc/self/fd/{fd}").LinkTarget ?? "";
    }

    /// <summary>Reaps every child, the adopted ones too, until this one has ended.</summary>
    /// <returns>its exit code, 128 + n after signal n</returns>
    internal static int AwaitExit(int pid)
    {
        while (true)
        {
            var ended = Native.WaitPid(-1, out var status, 0);
            if (ended == pid)
                return ExitCode(status);
            if (ended < 0 && Marshal.GetLastPInvokeError() != Native.ErrorInterrupted)
                return -1;
        }
    }

    /// <summary>
    /// What the task leaves behind ends with it; killed parents hand their children to us, until there are none.
    /// </summary>
    internal static void KillRest(int pid, TaskCgroup cgroup)
    {
        _ = Native.Kill(-pid, Native.SigKill);
        cgroup.Kill();
        var begin = Environment.TickCount64;
        while (Environment.TickCount64 - begin < KillPatience.TotalMilliseconds)
        {
            while (Native.WaitPid(-1, out _, Native.NoHang) > 0)
                continue;
            if (Native.WaitPid(-1, out _, Native.NoHang) < 0)
                return;
            foreach (var entry in ProcFiles.Descendants(Environment.ProcessId))
                _ = Native.Kill(entry.Pid, Native.SigKill);
            Pause(milliseconds: 5);
        }
    }

    internal static void Pause(int milliseconds) => _ = Native.Poll([], 0, milliseconds);

    private static int ExitCode(int status)
    {
        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }
}
