using Orchestrator.Serialization;

namespace Orchestrator.Consensus.Transport;

/// <summary>What a manager tells another one that looks for what is wrong.</summary>
[MessagePackObject]
public sealed record PeerLinks
{
    /// <summary>GET, with a manager's certificate.</summary>
    public const string Path = "/swarmnet/v1/raft/links";

    public const int MaxBytes = 64 * 1024;

    /// <summary>By its clock, when it answered.</summary>
    [Key(0)] public DateTimeOffset Now { get; init; }

    /// <summary>Ids of the members that its messages reach; of a leader: and that answer.</summary>
    [Key(1)] public ImmutableArray<ulong> Reached { get; init; } = [];
}
