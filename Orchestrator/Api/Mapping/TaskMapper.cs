using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Mapping;

/// <summary>Tasks for one answer: those of a revision share its template.</summary>
internal sealed class TaskMapper(StateSnapshot state)
{
    /// <summary>What Docker has no field for.</summary>
    public const string ReplacesLabel = "swarmnet.restart.replaces";
    public const string NotBeforeLabel = "swarmnet.restart.not-before";
    public const string FailuresLabel = "swarmnet.restart.failures";

    private readonly Dictionary<(ServiceId, ulong), TaskSpecDto> _templates = [];

    public TaskDto Write(ServiceTask task) => new()
    {
        Id = task.Id.Value,
        Version = Meta.Version(task.Meta),
        CreatedAt = task.Meta.CreatedAt,
        UpdatedAt = task.Meta.UpdatedAt,
        Labels = task.Restart is { } restart ? Labels(restart) : StringMap.Empty,
        Spec = Template(task),
        ServiceId = task.ServiceId.Value,
        Slot = task.Slot,
        NodeId = task.NodeId?.Value,
        Status = Status(task),
        DesiredState = task.Desired.Word(),
        GenericResources = Wire.ListOrNull(task.Grant?.Generic ?? [], ResourceMapper.Generic),
    };

    /// <summary>What name filters compare with: <c>service.slot.taskid</c>; for slot 0 the node's id.</summary>
    public static string NameOf(ServiceSpec spec, ServiceTask task) =>
        task.Slot == 0 ? $"{spec.Name}.{task.NodeId}.{task.Id}" : $"{spec.Name}.{task.Slot}.{task.Id}";

    private static ImmutableSortedDictionary<string, string> Labels(RestartRecord restart) => StringMap.Empty
        .Add(ReplacesLabel, restart.Replaces.Value)
        .Add(NotBeforeLabel, restart.NotBefore.UtcDateTime.ToString("O", CultureInfo.InvariantCulture))
        .Add(FailuresLabel, restart.Failures.ToString(CultureInfo.InvariantCulture));

    private static TaskStatusDto Status(ServiceTask task) => new()
    {
        Timestamp = task.Status.Timestamp,
        State = task.Status.State.Word(),
        Message = Wire.OrNull(task.Status.Message),
        Err = Wire.OrNull(Problem(task)),
        ContainerStatus = task.Status.Container is { } container
            ? new() { ContainerId = container.ContainerId, Pid = container.Pid, ExitCode = container.ExitCode ?? 0 }
            : null,
        PortStatus = new() { Ports = Wire.ListOrNull(task.Status.Ports, ServiceSpecMapper.Port) },
    };

    private static string Problem(ServiceTask task)
    {
        if (task.Status.Error.Length > 0)
            return task.Status.Error;
        return task.Eviction?.Reason ?? CrashLoop(task);
    }

    /// <summary>Why a replacement is not started yet, when its slot keeps failing.</summary>
    private static string CrashLoop(ServiceTask task)
    {
        if (task is not { Desired: TaskState.Ready, Restart: { Failures: >= Defaults.CrashLoopFailures } restart }
            || task.Status.State.IsTerminal())
            return "";
        var next = restart.NotBefore.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        return $"crash loop: {restart.Failures} failures in a row, next start at {next} UTC";
    }

    private TaskSpecDto Template(ServiceTask task)
    {
        var key = (task.ServiceId, task.Revision);
        if (!_templates.TryGetValue(key, out var template))
            _templates[key] = template = TaskTemplateMapper.Write(state.SpecOf(task).Template);
        return template;
    }
}
