using Orchestrator.Model;

namespace Orchestrator.Api;

/// <summary>This node's part in a cluster, and the ways to change it. All but the commands answers at once.</summary>
public interface ILocalNode
{
    LocalNodeStatus Status { get; }

    /// <summary>The engine and the host, as last seen.</summary>
    LocalEngine Engine { get; }

    /// <summary>Makes this host the first manager of a new cluster.</summary>
    /// <returns>the node's id; its row can be read when this returns</returns>
    /// <exception cref="ApiException">it could not be done; nothing is left of the attempt</exception>
    Task<string> InitAsync(InitCommand command, CancellationToken ct);

    /// <summary>Makes this host a node of an existing cluster; returns when it is one.</summary>
    /// <exception cref="ApiException">it could not be done; nothing is left of the attempt</exception>
    Task JoinAsync(JoinCommand command, CancellationToken ct);

    /// <summary>Stops the tasks here and forgets the cluster.</summary>
    Task LeaveAsync(bool force, CancellationToken ct);
}

public enum LocalNodeRole
{
    /// <summary>Not part of a cluster.</summary>
    Inactive,
    Worker,
    Manager,
}

public sealed record LocalNodeStatus
{
    public LocalNodeRole Role { get; init; }

    /// <summary>Null while inactive.</summary>
    public NodeId? NodeId { get; init; }

    /// <summary>IP address of this node.</summary>
    public string Address { get; init; } = "";

    public ImmutableArray<RemoteManager> Managers { get; init; } = [];

    /// <summary>The manager that leads, as far as known here; only managers know.</summary>
    public NodeId? Leader { get; init; }

    /// <summary>Why the node does not work as it should; empty when it does.</summary>
    public string Error { get; init; } = "";
}

/// <param name="Id">null until it is known</param>
/// <param name="Address"><c>ip:port</c></param>
public sealed record RemoteManager(NodeId? Id, string Address);

public sealed record InitCommand
{
    /// <summary><c>ip:port</c>, or empty for the host's choice, as the other addresses.</summary>
    public string ListenAddress { get; init; } = "";

    public string AdvertiseAddress { get; init; } = "";

    public string DataPathAddress { get; init; } = "";

    public bool ForceNewCluster { get; init; }

    public Availability Availability { get; init; }

    public ClusterSpec Spec { get; init; } = new();
}

public sealed record JoinCommand
{
    public string ListenAddress { get; init; } = "";

    public string AdvertiseAddress { get; init; } = "";

    public string DataPathAddress { get; init; } = "";

    /// <summary>Managers to join, <c>ip:port</c>; at least one.</summary>
    public ImmutableArray<string> RemoteAddresses { get; init; } = [];

    /// <summary>A secret: never logged.</summary>
    public required string JoinToken { get; init; }

    public Availability Availability { get; init; }
}
