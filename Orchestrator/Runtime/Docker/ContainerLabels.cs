using Orchestrator.Model;

namespace Orchestrator.Runtime.Docker;

/// <summary>Labels that tell whose container it is. They win over the user's.</summary>
internal static class ContainerLabels
{
    /// <summary>What makes a container ours: the id of the cluster whose task it is.</summary>
    public const string Cluster = "swarmnet.cluster.id";

    public const string Task = "swarmnet.task.id";

    /// <summary>Present when the container's log is raw: the engine's list does not tell.</summary>
    public const string Tty = "swarmnet.tty";

    private const string Docker = "com.docker.swarm.";

    public static ImmutableSortedDictionary<string, string> For(RuntimeTask task)
    {
        var labels = task.Container.Labels.ToBuilder();
        labels[Docker + "task"] = "";
        labels[Docker + "task.id"] = task.TaskId.Value;
        labels[Docker + "task.name"] = task.Name;
        labels[Docker + "node.id"] = task.NodeId.Value;
        labels[Docker + "service.id"] = task.ServiceId.Value;
        labels[Docker + "service.name"] = task.ServiceName;
        labels[Cluster] = task.ClusterId.Value;
        labels[Task] = task.TaskId.Value;
        labels.Remove(Tty);
        if (task.Container.Tty)
            labels[Tty] = "true";
        return labels.ToImmutable();
    }

    /// <summary>The task whose container has these labels; null when it is not one of this cluster's.</summary>
    public static TaskId? Owner(Dictionary<string, string?>? labels, ClusterId cluster) =>
        labels?.GetValueOrDefault(Cluster) == cluster.Value && labels.GetValueOrDefault(Task) is { Length: > 0 } task
            ? new TaskId(task)
            : null;
}
