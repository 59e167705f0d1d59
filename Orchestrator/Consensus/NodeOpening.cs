using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>Puts a node together from what its directory holds.</summary>
internal static class NodeOpening
{
    /// <exception cref="LogException">the directory cannot be used</exception>
    public static NodeParts Open(RaftNodeOptions options, NodeSurroundings around)
    {
        var opened = RaftStorage.Open(StorageOptions(options, around), around.Disk, around.Ids.Fill, around.Logger);
        try
        {
            return Assemble(options, around, opened);
        }
        catch
        {
            opened.Storage.Dispose();
            throw;
        }
    }

    /// <summary>The first member of a new group.</summary>
    public static NewMember Founder(RaftNodeOptions options, NodeSurroundings around)
    {
        var id = new MemberId((ulong)around.Ids.NextNumber() | 1); // never nobody
        return new NewMember(id, new Membership
        {
            Incarnation = (ulong)around.Ids.NextNumber(),
            Members = [new Member(id, options.Node, options.Address, Votes: true)],
        });
    }

    public static RaftStorageOptions StorageOptions(RaftNodeOptions options, NodeSurroundings around) => new()
    {
        Directory = options.Directory,
        Node = options.Node,
        IfNew = around.IfNew ?? Founder(options, around),
        SegmentBytes = options.SegmentBytes,
        KeptEntries = options.KeptEntries,
        KeptBytes = options.KeptBytes,
    };

    private static NodeParts Assemble(RaftNodeOptions options, NodeSurroundings around, OpenedStorage opened)
    {
        var self = opened.Storage.Member.Id;
        var start = opened.State;
        var state = new ReplicatedState(around.Machine);
        if (opened.Snapshot is { } snapshot)
            state.ReadSnapshot(snapshot.Position.Index, snapshot.State)();
        var core = new RaftCore(options.ForCore(self, (int)around.Ids.NextNumber()), start);
        var wake = new Signal(around.Time);
        var parts = new NodeParts
        {
            Options = options,
            Self = self,
            Core = core,
            Disk = new NodeDisk(opened.Storage, state.ReadSnapshot, wake.Set, around.Logger),
            State = state,
            Start = new AppliedState(start.Snapshot, start.Membership),
            Inbox = new NodeInbox(options, wake.Set),
            Wake = wake,
            Board = new StatusBoard(new MemberStatus
            {
                Self = self, Membership = core.Membership, Committed = core.CommittedMembership,
            }),
            Around = around,
        };
        parts.Applied(start.Snapshot.Index);
        around.Transport.Attach(self, start.Membership.Incarnation, parts.Inbox.Lose);
        return parts;
    }
}
