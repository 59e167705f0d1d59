using Orchestrator.Model;
using Orchestrator.Security;

namespace Orchestrator.Agents;

/// <summary>What the agent is told by the daemon.</summary>
public sealed record AgentOptions
{
    /// <summary>The agent's own directory; exists already, readable by its owner only.</summary>
    public required string DataDirectory { get; init; }

    public required string Hostname { get; init; }

    public ImmutableSortedDictionary<string, string> EngineLabels { get; init; } = StringMap.Empty;

    /// <summary>Kept back for the host itself.</summary>
    public NodeResources Reserved { get; init; } = new();

    /// <summary>Beside those that the runtime knows of.</summary>
    public ImmutableArray<GenericResource> GenericResources { get; init; } = [];

    public string DaemonVersion { get; init; } = "";

    /// <summary><c>ip:port</c> of managers to try besides those that earlier sessions named.</summary>
    public ImmutableArray<string> Managers { get; init; } = [];

    /// <summary><c>ip:port</c> of managers to try as long as no session has named any.</summary>
    public ImmutableArray<string> HeardManagers { get; init; } = [];

    /// <summary>Runtime calls of one kind at once.</summary>
    public int Parallelism { get; init; } = 16;

    /// <summary>Log streams at once.</summary>
    public int MaxLogStreams { get; init; } = 64;

    /// <summary>How often everything is looked at, in case a hint was lost.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the runtime describes itself.</summary>
    public TimeSpan DescribeInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Called once when the managers say that this node is not of the cluster any more; no session is tried after
    /// it.
    /// </summary>
    public Action NodeRemoved { get; init; } = static () => { };

    /// <summary>Stores a renewed identity; called before it is used.</summary>
    public Action<NodeIdentity> SaveIdentity { get; init; } = static _ => { };

    /// <summary>Called when the renewed identity is in use.</summary>
    public Action IdentityChanged { get; init; } = static () => { };
}
