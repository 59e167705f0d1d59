namespace Orchestrator.Scheduling;

/// <summary>What can make a node fit that did not.</summary>
[Flags]
public enum WakeEvents
{
    None = 0,

    /// <summary>A node joins, comes back, is activated, or its runtime answers again.</summary>
    NodeReady = 1,

    /// <summary>A task ends or leaves its node.</summary>
    TaskEnds = 2,

    /// <summary>A node has more to offer than it had.</summary>
    Capacity = 4,

    /// <summary>A node is called or labelled otherwise, or moved.</summary>
    NodeLabels = 8,

    /// <summary>A task is placed, or waits no more for that, or a service is labelled otherwise.</summary>
    TaskPlaced = 16,

    /// <summary>A node has another image or plugin.</summary>
    NodeContent = 32,

    All = NodeReady | TaskEnds | Capacity | NodeLabels | TaskPlaced | NodeContent,
}
