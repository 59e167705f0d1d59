using System.Globalization;

namespace Orchestrator.Model.Templating;

/// <summary>What the templates of one task are filled in from.</summary>
public sealed record TemplateContext
{
    public ServiceId ServiceId { get; init; }

    public string ServiceName { get; init; } = "";

    public ImmutableSortedDictionary<string, string> ServiceLabels { get; init; } = StringMap.Empty;

    public NodeId NodeId { get; init; }

    public string Hostname { get; init; } = "";

    public Platform Platform { get; init; } = new();

    public TaskId TaskId { get; init; }

    public string TaskName { get; init; } = "";

    /// <summary>0 = the node is the slot; it shows as nothing then.</summary>
    public int Slot { get; init; }

    public static TemplateContext Of(Assignment task, NodeDescription node) => new()
    {
        ServiceId = task.ServiceId,
        ServiceName = task.ServiceName,
        ServiceLabels = task.ServiceLabels,
        NodeId = task.NodeId,
        Hostname = node.Hostname,
        Platform = node.Platform,
        TaskId = task.TaskId,
        TaskName = task.TaskName,
        Slot = task.Slot,
    };

    internal string SlotText => Slot == 0 ? "" : Slot.ToString(CultureInfo.InvariantCulture);
}
