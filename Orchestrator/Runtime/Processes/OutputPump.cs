using System.ComponentModel;
using System.Runtime.InteropServices;
using Orchestrator.Model;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// Carries what the task prints from its two pipes to its log, on one thread, so that the order is nearly kept.
/// </summary>
internal sealed class OutputPump : IDisposable
{
    /// <summary>
    /// A process that escaped being killed may hold the pipes open for ever; its words are not waited for.
    /// </summary>
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(2);

    private readonly TaskLogWriter _log;
    private readonly int[] _stdout = Pipe();
    private readonly int[] _stderr = Pipe();
    private readonly Thread _thread;

    internal OutputPump(TaskLogWriter log)
    {
        _log = log;
        _thread = new Thread(Pump, 128 << 10) { IsBackground = true };
    }

    /// <summary>The ends that the task writes to.</summary>
    internal int Stdout => _stdout[1];

    /// <inheritdoc cref="Stdout"/>
    internal int Stderr => _stderr[1];

    /// <summary>From here the task alone holds the writing ends: the pipes end with it.</summary>
    internal void Begin()
    {
        _ = Native.Close(Stdout);
        _ = Native.Close(Stderr);
        _thread.Start();
    }

    internal void Finish() => _thread.Join(DrainPatience);

    public void Dispose()
    {
        // A pump still at work means a process that cannot be killed: the end of this process closes what it reads.
        if (_thread.IsAlive)
            return;
        _ = Native.Close(_stdout[0]);
        _ = Native.Close(_stderr[0]);
    }

    private void Pump()
    {
        var buffer = new byte[16 << 10];
        Native.PollFd[] fds = [Reading(_stdout[0]), Reading(_stderr[0])];
        while (fds[0].Fd >= 0 || fds[1].Fd >= 0)
        {
            if (Native.Poll(fds, 2, -1) < 0)
                continue;
            Transfer(ref fds[0], LogStream.Stdout, buffer);
            Transfer(ref fds[1], LogStream.Stderr, buffer);
        }

        _log.Finish();
    }

    /// <summary>A negative descriptor is one that <c>poll</c> passes over.</summary>
    private void Transfer(ref Native.PollFd source, LogStream stream, byte[] buffer)
    {
        if (source.Fd < 0 || source.Returned == 0)
            return;
        var count = Native.Read(source.Fd, buffer, buffer.Length);
        if (count > 0)
            _log.Append(stream, buffer.AsSpan(0, (int)count));
        else if (count == 0 || Marshal.GetLastPInvokeError() != Native.ErrorInterrupted)
            source.Fd = -1;
    }

    private static Native.PollFd Reading(int fd) => new() { Fd = fd, Events = Native.PollIn };

    private static int[] Pipe()
    {
        var ends = new int[2];
        if (Native.Pipe(ends, Native.CloseOnExec) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        return ends;
    }
}
