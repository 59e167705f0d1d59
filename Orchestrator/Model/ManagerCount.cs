namespace Orchestrator.Model;

/// <summary>How many managers a cluster may have.</summary>
public static class ManagerCount
{
    /// <summary>Each entry is written by all of them, and each change of members carries them all.</summary>
    public const int Most = 15;

    /// <summary>Why there can be no other manager, for whoever wants one; null when there can.</summary>
    public static string? Problem(IEnumerable<Node> nodes)
    {
        var count = nodes.Count(node => node.Spec.Role == NodeRole.Manager);
        return count < Most ? null : TooMany(count);
    }

    /// <param name="count">managers that there are</param>
    public static string TooMany(int count) =>
        $"there are {count} managers, and no more than {Most} are taken since each has to write everything: 3, 5 or 7 "
        + "are good numbers. Let this node be a worker, or demote another one first";
}
