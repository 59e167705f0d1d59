namespace Orchestrator.Runtime.Processes;

/// <summary>
/// Reads what is the case with the tasks from their directories: the only memory there is, so a new daemon knows as
/// much.
/// </summary>
internal sealed class TaskStates(ProcessRuntimeOptions options)
{
    internal TaskDirectory At(string containerId)
    {
        // Ids become paths: nothing but the characters of an id may get there.
        if (containerId.Length is 0 or > 128 || !containerId.All(char.IsAsciiLetterOrDigit))
            throw new RuntimeException(RuntimeFailure.NotFound, "there is no such task");
        return new TaskDirectory(options.Root, containerId);
    }

    /// <returns>null when there is no such task, or it is another cluster's</returns>
    internal TaskPlan? Plan(string containerId) =>
        TaskPlan.Load(At(containerId).SpecFile) is { } plan && plan.ClusterId == options.ClusterId ? plan : null;

    internal TaskPlan Require(string containerId) => Plan(containerId)
        ?? throw new RuntimeException(RuntimeFailure.NotFound, $"there is no task {containerId} on this node");

    internal IEnumerable<TaskPlan> All()
    {
        if (!Directory.Exists(options.Root))
            yield break;
        foreach (var path in Directory.EnumerateDirectories(options.Root))
            if (Path.GetFileName(path) is var name && name.All(char.IsAsciiLetterOrDigit) && Plan(name) is { } plan)
                yield return plan;
    }

    internal ContainerObservation Observe(TaskPlan plan)
    {
        var directory = At(plan.TaskId.Value);
        var seen =
            new ContainerObservation(plan.TaskId.Value, plan.TaskId, ContainerState.Created) { Ports = plan.Ports };
        var run = RunRecord.Load(directory.RunFile);
        if (ExitRecord.Load(directory.ExitFile) is { } exit)
            return Ended(seen, run, exit);
        if (run is null)
            return seen;
        seen = seen with { StartedAt = run.StartedAt, State = ContainerState.Running, Pid = run.Pid };
        if (run.ShimLives)
            return seen;

        // The shim may have written it and gone between the two looks.
        if (ExitRecord.Load(directory.ExitFile) is { } late)
            return Ended(seen, run, late);
        if (run.TaskLives)
            return seen with { Error =
                "the supervisor of the task was killed: its log has ended and its exit code will be lost" };
        var reason = run.BootId == ProcFiles.BootId() ? "its supervisor was killed" : "the host was rebooted";
        return seen with { State = ContainerState.Exited, Pid = 0, Error = $"the exit code was lost: {reason}" };
    }

    private static ContainerObservation Ended(ContainerObservation seen, RunRecord? run, ExitRecord exit) => seen with
    {
        State = ContainerState.Exited,
        Pid = 0,
        ExitCode = exit.Code,
        Error = exit.Error,
        OutOfMemory = exit.OutOfMemory,
        StartedAt = run?.StartedAt,
        FinishedAt = exit.FinishedAt,
    };
}
