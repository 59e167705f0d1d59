using Orchestrator.Api.Doctor;
using Orchestrator.Model;

namespace Orchestrator.Api;

/// <summary>This node's part in a cluster, and the ways to change it. All but the commands answers at once.</summary>
public interface ILocalNode
{
    LocalNodeStatus Status { get; }

    /// <summary>The engine and the host, as last seen.</summary>
    LocalEngine Engine { get; }

    /// <summary>Makes this host the first manager of a new cluster.</summary>
    /// <remarks>With <see cref="InitCommand.ForceNewCluster"/> the cluster that it is a manager of already goes on with
    /// this manager alone.</remarks>
    /// <returns>the node's id; its row can be read when this returns</returns>
    /// <exception cref="ApiException">it could not be done; nothing is left of the attempt</exception>
    Task<string> InitAsync(InitCommand command, CancellationToken ct);

    /// <summary>Makes this host a node of an existing cluster; returns when it is one.</summary>
    /// <exception cref="ApiException">it could not be done; nothing is left of the attempt</exception>
    Task JoinAsync(JoinCommand command, CancellationToken ct);

    /// <summary>Stops the tasks here and forgets the cluster.</summary>
    Task LeaveAsync(bool force, CancellationToken ct);

    /// <summary>Makes this host the only manager of the cluster that a backup holds.</summary>
    /// <param name="backup">read to its end before anything is made</param>
    /// <exception cref="ApiException">it could not be done; nothing is left of the attempt</exception>
    Task<RestoredCluster> RestoreAsync(RestoreCommand command, Stream backup, CancellationToken ct);

    /// <summary>Looks at everything that a diagnosis is made of.</summary>
    Task<HostFacts> ExamineAsync(CancellationToken ct);
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

public sealed record RestoreCommand
{
    /// <summary>Bytes of a backup's content at most.</summary>
    public const int MostBytes = 1024 * 1024 * 1024;

    /// <summary>A secret: never logged.</summary>
    public required string Passphrase { get; init; }

    /// <summary><c>ip:port</c>, or empty for the host's choice, as the other address.</summary>
    public string ListenAddress { get; init; } = "";

    public string AdvertiseAddress { get; init; } = "";
}

/// <summary>What became of a restore.</summary>
/// <param name="NodeId">this host's, a new one</param>
/// <param name="TakenAt">when the backup was made</param>
/// <param name="FormerManagers">nodes that were managers and are workers now</param>
public sealed record RestoredCluster(NodeId NodeId, DateTimeOffset TakenAt, int Services, int FormerManagers);
