using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>The directory of one member, opened, and its state machine brought up to the end of the log.</summary>
internal sealed class NodeStorage : IDisposable
{
    private readonly DirectoryLock _lock;

    private NodeStorage(DirectoryLock held, HardState hardState, SnapshotFiles snapshots, Replay replay, DurableLog log)
    {
        _lock = held;
        HardState = hardState;
        Snapshots = snapshots;
        Replayed = replay;
        Log = log;
    }

    public HardState HardState { get; }

    public SnapshotFiles Snapshots { get; }

    public DurableLog Log { get; }

    /// <summary>What lies behind the newest snapshot.</summary>
    public Replay Replayed { get; }

    /// <summary>Lock, hard state, snapshot, then all commands behind it.</summary>
    /// <exception cref="LogException">the directory cannot be used; nothing in it was changed that matters</exception>
    public static NodeStorage Open(SingleNodeOptions options, ILogDisk disk, IStateMachine machine, ILogger logger)
    {
        LogDirectory.Create(disk, options.Directory);
        var held = DirectoryLock.Acquire(options.Directory);
        try
        {
            LogDirectory.Clean(disk, options.Directory);
            var hardState = LoadHardState(options, disk);
            var snapshots = new SnapshotFiles(options.Directory, disk, logger);
            var snapshot = snapshots.Load();
            var replay = new Replay(machine, snapshot);
            var logOptions = new LogOptions { Directory = options.Directory, SegmentBytes = options.SegmentBytes };
            var log = DurableLog.Open(logOptions, disk, snapshot.Start, replay.Next, logger);
            snapshots.PutAside(snapshot.Damaged);
            return new NodeStorage(held, hardState, snapshots, replay, log);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Log.Dispose();
        _lock.Dispose();
    }

    private static HardState LoadHardState(SingleNodeOptions options, ILogDisk disk)
    {
        var file = new HardStateFile(options.Directory, disk);
        if (file.Load() is not { } known)
        {
            // A single manager is the leader of term 1 by its own vote, for ever.
            var first = new HardState(options.Member, Term: 1, Vote: options.Member);
            file.Save(first);
            return first;
        }
        if (known.Member != options.Member)
            throw new LogException(LogFailure.WrongMember, $"data directory {options.Directory} belongs to member "
                + $"{known.Member}, this is {options.Member}. Give each member a directory of its own.");
        return known;
    }
}
