using Orchestrator.Model;

namespace Orchestrator.Tests.Builders;

/// <summary>Assignments of small tasks.</summary>
internal static class Assignments
{
    public static readonly NodeId Node = new("node000000000000000000001");

    public static TaskId Id(int number) => new($"task{number:000000000000000000000}");

    public static Assignment Of(int number = 1, TaskState desired = TaskState.Running) => new()
    {
        TaskId = Id(number),
        ServiceId = new ServiceId("service000000000000000001"),
        ServiceName = "web",
        Slot = number,
        NodeId = Node,
        Desired = desired,
        Known = new TaskStatus { State = TaskState.Assigned },
        Template = new TaskTemplate { Container = new ContainerSpec { Image = "web:1" } },
    };

    public static AssignmentSet Complete(ulong version, params Assignment[] tasks) =>
        new() { Complete = true, ResultsIn = version, Put = [.. tasks] };

    public static AssignmentSet Change(ulong from, params Assignment[] tasks) =>
        new() { AppliesTo = from, ResultsIn = from + 1, Put = [.. tasks] };

    public static AssignmentSet Remove(ulong from, params TaskId[] tasks) =>
        new() { AppliesTo = from, ResultsIn = from + 1, Removed = [.. tasks] };
}
