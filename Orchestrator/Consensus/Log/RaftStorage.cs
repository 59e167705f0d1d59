using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Core;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Log;

/// <summary>All that one member keeps on its disk: hard state, log, snapshots, keys. The calls block.</summary>
/// <remarks>
/// For one thread, except that a second one may call <see cref="WriteSnapshot"/> and a third one
/// <see cref="ReadChunk"/> meanwhile. After an exception of any call but <see cref="ReadChunk"/>, nothing may be
/// acknowledged any more: end the process.
/// </remarks>
internal sealed class RaftStorage : IDisposable
{
    private readonly StorageParts _parts;
    private readonly SnapshotReads _reads;
    private ReceivedSnapshot? _received;
    private bool _failed;

    public RaftStorage(StorageParts parts)
    {
        _parts = parts;
        _reads = new SnapshotReads(parts.Home);
        _received = parts.Received;
        Member = parts.Member;
    }

    /// <summary>Whose directory it is, and the hard state that was saved last.</summary>
    public StoredMember Member { get; private set; }

    /// <summary>Oldest entry on the disk; one more than the last when there is none.</summary>
    public ulong FirstIndex => _parts.Log.FirstIndex;

    public ulong LastIndex => _parts.Log.LastIndex;

    /// <summary>
    /// Some file may still be under an old key: two more snapshots with <see cref="RemoveThrough"/> and a new entry
    /// make an end of it.
    /// </summary>
    public bool HasOldKeys => _parts.Home.Keys.HasOld;

    /// <summary>Id of the key that new files get.</summary>
    public ulong KeyId => _parts.Home.Keys.Active.Id;

    /// <summary>When a key was made or forgotten last.</summary>
    public DateTimeOffset KeysChangedAt => _parts.Home.Keys.ChangedAt;

    /// <summary>Whether a member has ever kept anything there: then the directory says who it is.</summary>
    public static bool HoldsMember(string directory) =>
        Directory.Exists(directory)
        && (File.Exists(Path.Combine(directory, DataFiles.HardState))
            || DataFiles.Indexes(directory, DataFiles.SegmentSuffix) is not []
            || DataFiles.Indexes(directory, DataFiles.SnapshotSuffix) is not []);

    /// <summary>Lock, hard state, keys, snapshot, log; what a crash left is put in order.</summary>
    /// <param name="random">fills with bytes that nobody can guess</param>
    /// <exception cref="LogException">the directory cannot be used; nothing in it was changed that matters</exception>
    public static OpenedStorage Open(
        RaftStorageOptions options, ILogDisk disk, Action<Span<byte>> random, ILogger logger) =>
        new StorageOpening(options, disk, random).Run(logger);

    /// <summary>Makes a directory whose log begins behind the snapshot: for a restore or a new group.</summary>
    /// <param name="options">its directory does not exist or is empty; <see cref="RaftStorageOptions.IfNew"/> is who
    /// the member is</param>
    /// <exception cref="LogException">the disk fails, or the directory holds something</exception>
    public static void Create(
        RaftStorageOptions options, StoredSnapshot snapshot, ILogDisk disk, Action<Span<byte>> random) =>
        new StorageOpening(options, disk, random).Create(snapshot);

    /// <summary>Returns when all of it is durable.</summary>
    /// <returns>the snapshot that was put in place, if any: the state machine begins with it</returns>
    /// <exception cref="LogException">nothing of it may be acknowledged, now or later</exception>
    public StoredSnapshot? Save(Flush flush)
    {
        Begin();
        var installed = flush.Chunk is { } chunk ? Receive(chunk, flush.Installs) : null;
        if (flush.HardState is { } hardState)
            SaveHardState(hardState);
        if (!flush.Entries.IsEmpty)
            Append(flush.Entries);
        _failed = false;
        return installed;
    }

    /// <summary>Returns when the snapshot is durable. The newest two are kept; an older one is not written.</summary>
    /// <param name="state">what the state machine wrote when it had applied the position</param>
    /// <returns>the index through which the log is not needed for a start, for <see cref="RemoveThrough"/></returns>
    public ulong WriteSnapshot(LogPosition position, Membership membership, ChunkedBuffer state)
    {
        _parts.Snapshots.Write(position, [.. SnapshotContent.Parts(position, membership, state.Parts)]);
        return _parts.Snapshots.Removable;
    }

    /// <summary>A piece of a snapshot as it is sent to others; null when there is no such snapshot any more.</summary>
    /// <param name="max">bytes at most; fewer at the end</param>
    /// <exception cref="LogException">it cannot be read; the storage itself goes on</exception>
    public SnapshotPiece? ReadChunk(LogPosition position, long offset, int max) =>
        _reads.Read(position, offset, max);

    /// <summary>How many bytes of that snapshot are durable here, also from a former life: 0 when none.</summary>
    public long ReceivedSoFar(LogPosition position) => _received?.Position == position ? _received.Length : 0;

    /// <summary>Deletes segments with nothing above the index, as far as no start can need them.</summary>
    public void RemoveThrough(ulong index)
    {
        Begin();
        _parts.Log.RemoveThrough(Math.Min(index, _parts.Snapshots.Removable));
        DropUnusedKeys();
        _failed = false;
    }

    /// <summary>From now on a new key; see <see cref="HasOldKeys"/>. Returns when the key is durable.</summary>
    public void Rotate()
    {
        Begin();
        _parts.Home.Keys.Rotate();
        _failed = false;
    }

    /// <summary>
    /// Makes the directory that of another member in another group, which begins with this state one entry behind the
    /// log. Nothing but <see cref="Dispose"/> may follow; the next <see cref="Open"/> finds the one or the other.
    /// </summary>
    /// <remarks>
    /// The new snapshot counts for nothing as long as the hard state names the old group; the replacement of that file
    /// is the one step that counts. What belongs to the other group goes at the next opening.
    /// </remarks>
    /// <param name="member">its first members have a new incarnation, which tells the files of the groups apart</param>
    /// <param name="state">with every entry of the log applied, and one more</param>
    public void Reform(NewMember member, ChunkedBuffer state)
    {
        Begin(); // and never ends: these parts are the old group's
        Invariant.Require(member.First.Incarnation != Member.First.Incarnation, "another group");
        _received?.Delete(); // a snapshot that was being received is the old group's
        var position = new LogPosition(LastIndex + 1, Member.HardState.Term + 1);
        SnapshotFile.Write(
            _parts.Home, position.Index, [.. SnapshotContent.Parts(position, member.First, state.Parts)]);
        _parts.MemberFile.Save(new StoredMember
        {
            Id = member.Id,
            Node = Member.Node,
            HardState = new HardState(position.Term, MemberId.None),
            First = member.First,
        });
    }

    public void Dispose()
    {
        _reads.Dispose();
        _received?.Dispose();
        _parts.Log.Dispose();
        _parts.Lock.Dispose();
    }

    private void Begin()
    {
        Invariant.Require(!_failed, "the storage has failed before and takes nothing more");
        _failed = true;
    }

    private StoredSnapshot? Receive(Message.SnapshotChunk chunk, bool isLast)
    {
        if (_received?.Position != chunk.Position || chunk.Offset == 0)
        {
            _received?.Delete();
            _received = ReceivedSnapshot.Begin(_parts.Home, chunk);
        }
        _received.Append(chunk);
        return isLast ? Install(_received) : null;
    }

    private StoredSnapshot Install(ReceivedSnapshot received)
    {
        Invariant.Require(received.Position.Index > _parts.Snapshots.Newest, "a snapshot replaces older ones");
        var snapshot = received.Complete();
        _parts.Snapshots.Write(snapshot.Position, SnapshotFiles.Content(snapshot));
        _parts.Log.StartBehind(snapshot.Position);
        received.Delete();
        _received = null;
        DropUnusedKeys();
        return snapshot;
    }

    private void SaveHardState(HardState hardState)
    {
        Invariant.Require(hardState.Term >= Member.HardState.Term, "terms never fall");
        var member = Member with { HardState = hardState };
        _parts.MemberFile.Save(member);
        Member = member;
    }

    private void Append(ImmutableArray<LogEntry> entries)
    {
        Invariant.Require(entries[0].Index > _parts.Snapshots.Newest, "what a snapshot stands for is never cut");
        _parts.Log.Append(entries);
    }

    private void DropUnusedKeys()
    {
        if (!HasOldKeys)
            return;
        if (_received is { } received && received.Position.Index <= _parts.Snapshots.Newest)
        {
            received.Delete(); // the log was faster: it is of no use any more, and would keep its key
            _received = null;
        }
        _parts.Snapshots.WithKeyIds(ofSnapshots => _parts.Home.Keys.Retain(
            ofSnapshots.Concat(_parts.Log.KeyIds).Append(_received?.KeyId ?? 0).ToHashSet()));
    }
}

/// <summary>What a member finds on its disk.</summary>
/// <param name="State">what a Raft core begins with</param>
/// <param name="Snapshot">what the state machine begins with; null: with nothing</param>
internal sealed record OpenedStorage(RaftStorage Storage, RecoveredState State, StoredSnapshot? Snapshot);
