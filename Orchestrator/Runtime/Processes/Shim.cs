using System.ComponentModel;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// The parent of one task: <c>swarmnet task-shim DIRECTORY</c>. It lives as long as the task does, in a session of its
/// own, so that a daemon that is killed, restarted or replaced costs the task nothing: output is still read, the true
/// exit code still known.
/// <para>
/// A shell could do this in a tenth of the memory, but it can neither stamp and rotate the log nor pass on every
/// variable name (<c>a.b=c</c>). So it is this binary, without host, thread pool, JSON or event loop: two threads, both
/// asleep.
/// </para>
/// </summary>
public static class Shim
{
    internal const int NotFound = 127;
    internal const int NotExecutable = 126;

    /// <summary>Never the victim of a lack of memory that its task causes.</summary>
    private const int ProtectedOomScore = -900;

    private const int NoSuchFile = 2;

    /// <summary>Runs the task that the directory describes, once; a second shim for it does nothing.</summary>
    public static int Run(string directory) => Run(TaskDirectory.At(directory), TimeProvider.System);

    private static int Run(TaskDirectory directory, TimeProvider time)
    {
        ShimProcess.Detach();
        using var single = AwaitTurn(directory);
        if (single is null)
            return 0;
        if (TaskPlan.Load(directory.SpecFile) is not { } plan)
            return 1;

        var cgroup = new TaskCgroup(plan.Cgroups);
        using var log = new TaskLogWriter(directory, plan, time);
        using var pump = new OutputPump(log);
        cgroup.Create(plan.Limits);
        try
        {
            Start(directory, plan, cgroup, pump, time);
        }
        catch (Win32Exception e)
        {
            cgroup.Remove();
            return Fail(directory, plan, e, time);
        }

        Watch(directory, cgroup, pump, time);
        return 0;
    }

    private static void Start(
        TaskDirectory directory, TaskPlan plan, TaskCgroup cgroup, OutputPump pump, TimeProvider time)
    {
        Directory.SetCurrentDirectory(plan.Directory);
        TaskCgroup.TryWrite("/proc/self/oom_score_adj", plan.OomScoreAdj.ToString());
        var pid = cgroup.Inside(plan.Limits, () => Spawner.Start(plan, pump.Stdout, pump.Stderr));
        TaskCgroup.TryWrite("/proc/self/oom_score_adj", ProtectedOomScore.ToString());
        Directory.SetCurrentDirectory("/");
        pump.Begin();

        var self = ProcFiles.Read(Environment.ProcessId);
        var run = new RunRecord(pid, ProcFiles.Read(pid)?.StartTicks ?? 0, Environment.ProcessId, self?.StartTicks ?? 0)
        {
            BootId = ProcFiles.BootId(),
            StartedAt = time.GetUtcNow(),
        };
        try
        {
            run.Save(directory.RunFile);
            directory.Mark();
        }
        catch (IOException)
        {
            // A task that nobody could find again must not run.
            ShimProcess.KillRest(pid, cgroup);
            throw;
        }
    }

    private static void Watch(TaskDirectory directory, TaskCgroup cgroup, OutputPump pump, TimeProvider time)
    {
        // Tells the daemon, which waits for the end of our output, that the task runs.
        ShimProcess.Silence();
        var pid = RunRecord.Load(directory.RunFile)?.Pid ?? 0;
        var code = ShimProcess.AwaitExit(pid);
        var finished = time.GetUtcNow();
        ShimProcess.KillRest(pid, cgroup);
        pump.Finish();
        Keep(new ExitRecord(code) { OutOfMemory = cgroup.OutOfMemory(), FinishedAt = finished }, directory);
        cgroup.Remove();
        directory.Mark();
    }

    /// <summary>The exit code is known only here: a full disk is waited for.</summary>
    private static void Keep(ExitRecord exit, TaskDirectory directory)
    {
        while (directory.Exists)
        {
            try
            {
                exit.Save(directory.ExitFile);
                return;
            }
            catch (IOException)
            {
                ShimProcess.Pause(milliseconds: 1000);
            }
        }
    }

    private static int Fail(TaskDirectory directory, TaskPlan plan, Win32Exception error, TimeProvider time)
    {
        var code = error.NativeErrorCode == NoSuchFile ? NotFound : NotExecutable;
        new ExitRecord(code)
        {
            Error = $"cannot start {plan.Argv[0]}: {error.Message}",
            FinishedAt = time.GetUtcNow(),
        }.Save(directory.ExitFile);
        directory.Mark();
        return 0;
    }

    /// <returns>null when the task was started once already: it never is twice</returns>
    private static FileStream? AwaitTurn(TaskDirectory directory)
    {
        while (true)
        {
            var single = TryLock(directory.LockFile);
            if (File.Exists(directory.RunFile) || File.Exists(directory.ExitFile) || !directory.Exists)
            {
                single?.Dispose();
                return null;
            }

            // Another one is at it: what it comes to is what our daemon waits for.
            if (single is not null)
                return single;
            ShimProcess.Pause(milliseconds: 10);
        }
    }

    /// <summary>The kernel drops the lock with the process, however that ends.</summary>
    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
