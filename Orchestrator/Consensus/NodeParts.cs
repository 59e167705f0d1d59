using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Consensus.Transport;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>What a node works with besides its options.</summary>
internal sealed record NodeSurroundings(IStateMachine Machine, ILogger Logger, TimeProvider Time)
{
    public IPeerTransport Transport { get; init; } = new NoPeers();

    public ILogDisk Disk { get; init; } = new PosixDisk();

    public IdSource Ids { get; init; } = IdSource.Secure;

    /// <summary>Who this member is when its directory was never used; null: the first of a new group.</summary>
    public NewMember? IfNew { get; init; }
}

/// <summary>What a node's loop is made of.</summary>
internal sealed class NodeParts
{
    private ulong _appliedIndex;

    public required RaftNodeOptions Options { get; init; }

    public required MemberId Self { get; init; }

    public required RaftCore Core { get; init; }

    public required NodeDisk Disk { get; init; }

    public required ReplicatedState State { get; init; }

    /// <summary>What the newest snapshot stands for; the state is restored from it.</summary>
    public required AppliedState Start { get; init; }

    public required NodeInbox Inbox { get; init; }

    public required Signal Wake { get; init; }

    public required StatusBoard Board { get; init; }

    public required NodeSurroundings Around { get; init; }

    public IPeerTransport Transport => Around.Transport;

    public TimeProvider Time => Around.Time;

    public IdSource Ids => Around.Ids;

    /// <summary>Index of the last entry that is applied, for any thread.</summary>
    public ulong AppliedIndex => Volatile.Read(ref _appliedIndex);

    public void Applied(ulong index) => Volatile.Write(ref _appliedIndex, index);

    /// <summary>
    /// A connection to it stands; at the leader also: it answers. On the loop's thread only.
    /// </summary>
    public bool IsReachable(MemberId member) => member == Self || (Transport.LinkTo(member).IsUp
        && (Core.Role != RaftRole.Leader || Core.Progress.Any(known => known.Id == member && known.IsActive)));
}
