using Orchestrator.Serialization;

namespace Orchestrator.Managers;

/// <summary>
/// What a manager asks others about their group, on the cluster's port, with a manager's certificate. Only the leader
/// answers. A refusal is a status with a plain sentence: 400 malformed, 403 not a manager, 409 not as things stand, 410
/// this member was removed for ever, 503 does not lead (see <see cref="Model.ClusterPaths.LeaderHeader"/>) or busy.
/// </summary>
public static class GroupPaths
{
    /// <summary>GET: → <see cref="RaftGroup"/>.</summary>
    public const string Group = "/swarmnet/v1/raft/group";

    /// <summary>
    /// POST: <see cref="RaftJoinRequest"/> → <see cref="RaftGroup"/>. A member that is not in the group is taken in,
    /// one with another address gets this one, and else nothing changes: it may be asked as often as one likes.
    /// </summary>
    public const string Join = "/swarmnet/v1/raft/join";
}

/// <summary>A manager wants to belong to the group, under this address. Its certificate says whose it is.</summary>
[MessagePackObject]
public sealed record RaftJoinRequest
{
    /// <summary>Random for each time that a host becomes a manager; never 0.</summary>
    [Key(0)] public ulong MemberId { get; init; }

    /// <summary>Of the group that the member's log began with.</summary>
    [Key(1)] public ulong Incarnation { get; init; }

    /// <summary>Where the others reach it, <c>ip:port</c>. It listens there already.</summary>
    [Key(2)] public string Address { get; init; } = "";
}

/// <summary>The group that a new member's log begins with.</summary>
[MessagePackObject]
public sealed record RaftGroup
{
    [Key(0)] public ulong Incarnation { get; init; }

    /// <summary>Each member's <c>ip:port</c>.</summary>
    [Key(1)] public ImmutableArray<string> Managers { get; init; } = [];
}
