using System.Runtime.InteropServices;

namespace Orchestrator.Runtime.Processes;

/// <summary>Ends tasks, with their shim's help or, when that was killed, without.</summary>
internal sealed class TaskEnding(TaskStates states, TimeProvider time)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// The kernel and the shim need moments to end what was killed; more means a process that hangs in the kernel.
    /// </summary>
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(20);

    /// <summary>Signal, grace, SIGKILL; completes when the task has ended.</summary>
    internal async Task StopAsync(TaskPlan plan, TimeSpan grace, CancellationToken ct)
    {
        if (!IsRunning(plan))
            return;
        if (Signal(plan, plan.StopSignal) && await EndsWithinAsync(plan, grace, ct))
            return;
        Kill(plan);
        if (!await EndsWithinAsync(plan, KillPatience, ct))
            throw new RuntimeException(
                RuntimeFailure.Unavailable, $"task {plan.TaskId} does not end: a process of it cannot be killed");
    }

    /// <summary>
    /// Kills the task's group; the shim then kills the rest. Without a shim, everything that is known to be the task's.
    /// </summary>
    internal void Kill(TaskPlan plan)
    {
        Signal(plan, Native.SigKill);
        if (RunRecord.Load(states.At(plan.TaskId.Value).RunFile) is { ShimLives: false })
            KillLeftovers(plan);
    }

    /// <summary>
    /// What still runs of a task whose shim is gone: members of its control groups, and who carries its id in its
    /// environment.
    /// </summary>
    internal static void KillLeftovers(TaskPlan plan)
    {
        var cgroup = new TaskCgroup(plan.Cgroups);
        cgroup.Kill();
        var mark = $"SWARMNET_TASK_ID={plan.TaskId}";
        foreach (var entry in ProcFiles.All())
            if (ProcFiles.TryRead($"/proc/{entry.Pid}/environ").Split('\0').Contains(mark))
                _ = Native.Kill(entry.Pid, Native.SigKill);
        cgroup.Remove();
    }

    private bool Signal(TaskPlan plan, int signal)
    {
        // Checked right before: a pid that now belongs to another process must not get the signal.
        if (RunRecord.Load(states.At(plan.TaskId.Value).RunFile) is not { TaskLives: true } run)
            return true;
        if (Native.Kill(-run.Pid, signal) == 0 || Marshal.GetLastPInvokeError() == Native.ErrorNoProcess)
            return true;
        throw new RuntimeException(
            RuntimeFailure.Unavailable, $"cannot signal task {plan.TaskId}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private bool IsRunning(TaskPlan plan) => states.Observe(plan).State == ContainerState.Running;

    private async Task<bool> EndsWithinAsync(TaskPlan plan, TimeSpan limit, CancellationToken ct)
    {
        var begin = time.GetTimestamp();
        while (IsRunning(plan))
        {
            if (time.GetElapsedTime(begin) >= limit)
                return false;
            await Task.Delay(Glance, time, ct);
        }

        return true;
    }
}
