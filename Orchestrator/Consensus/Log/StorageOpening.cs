using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus.Core;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus.Log;

/// <summary>Opens or makes the directory of one member.</summary>
internal sealed class StorageOpening
{
    private readonly RaftStorageOptions _options;
    private readonly ILogDisk _disk;
    private readonly Action<Span<byte>> _random;
    private readonly string _directory;
    private readonly MemberFile _memberFile;

    public StorageOpening(RaftStorageOptions options, ILogDisk disk, Action<Span<byte>> random)
    {
        _options = options;
        _disk = disk;
        _random = random;
        _directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Directory));
        _memberFile = new MemberFile(_directory, disk);
    }

    private StoredMember NewMember => new()
    {
        Id = _options.IfNew.Id, Node = _options.Node, First = _options.IfNew.First,
    };

    public OpenedStorage Run(ILogger logger)
    {
        LogDirectory.Create(_disk, _directory);
        var held = DirectoryLock.Acquire(_directory);
        try
        {
            return Recover(held, logger);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Create(StoredSnapshot snapshot)
    {
        LogDirectory.Create(_disk, _directory);
        using var held = DirectoryLock.Acquire(_directory);
        if (Directory.EnumerateFiles(_directory).Any(path => Path.GetFileName(path) != DataFiles.Lock))
            throw new LogException(LogFailure.InUse, $"{_directory} holds files of another log. Nothing was changed. "
                + "Name a directory that is empty or does not exist.");
        var home = Home(mayCreateKeys: true, NullLogger.Instance);
        SnapshotFile.Write(home, snapshot.Position.Index, SnapshotFiles.Content(snapshot));
        _memberFile.Save(NewMember with { HardState = new HardState(snapshot.Position.Term, MemberId.None) });
    }

    private OpenedStorage Recover(DirectoryLock held, ILogger logger)
    {
        LogDirectory.Clean(_disk, _directory);
        var loaded = LoadMember();
        var member = loaded?.Member ?? NewMember;
        var isPresentFormat = loaded is { IsFirstFormat: false };
        var home = Home(mayCreateKeys: !isPresentFormat, logger);
        var snapshots = new SnapshotFiles(home);
        var snapshot = snapshots.Load(member.First);
        var entries = new RecoveredEntries(snapshot.Start.Snapshot.Index, _options);
        var log = DurableLog.Open(home, snapshot.Start, entries.Add);
        if (!isPresentFormat)
            _memberFile.Save(member); // before snapshots are written anew, so that all have the same member id
        snapshots.Upgrade(member.First);
        snapshots.PutAside(snapshot.Damaged);
        snapshots.DropForeign(member.First);
        var parts = new StorageParts
        {
            Home = home,
            Lock = held,
            MemberFile = _memberFile,
            Member = member,
            Snapshots = snapshots,
            Log = log,
            Received = ReceivedSnapshot.Recover(home, snapshots.Newest),
        };
        return new OpenedStorage(new RaftStorage(parts), State(parts, snapshot, entries), snapshot.Snapshot);
    }

    private static RecoveredState State(StorageParts parts, LoadedSnapshot snapshot, RecoveredEntries entries) => new()
    {
        HardState = parts.Member.HardState,
        Snapshot = snapshot.Start.Snapshot,
        Membership = snapshot.Snapshot?.Membership ?? parts.Member.First,
        Entries = entries.In(parts.Log),
        Received = parts.Received is { } received
            ? new ReceivedPart(received.Position, received.Length, received.Total)
            : default,
    };

    private LoadedMember? LoadMember()
    {
        var loaded = _memberFile.Load(NewMember);
        if (loaded is { } known && known.Member.Node != _options.Node)
            throw new LogException(LogFailure.WrongMember, $"data directory {_directory} belongs to member "
                + $"{known.Member.Node}, this is {_options.Node}. Give each member a directory of its own.");
        Invariant.Require(loaded is not { IsFirstFormat: true } || _options.IfNew.First.Members is [{ Votes: true }],
            "format 1 is a single manager's");
        return loaded;
    }

    private LogHome Home(bool mayCreateKeys, ILogger logger) => new()
    {
        Directory = _directory,
        Disk = _disk,
        Keys = LogKeys.Open(_directory, _disk, _random, mayCreateKeys),
        Logger = logger,
        SegmentBytes = _options.SegmentBytes,
        ReserveBytes = _options.ReserveBytes,
    };
}

/// <summary>What an open directory consists of.</summary>
internal sealed record StorageParts
{
    public required LogHome Home { get; init; }
    public required DirectoryLock Lock { get; init; }
    public required MemberFile MemberFile { get; init; }
    public required StoredMember Member { get; init; }
    public required SnapshotFiles Snapshots { get; init; }
    public required DurableLog Log { get; init; }

    /// <summary>What a former life received of a snapshot.</summary>
    public required ReceivedSnapshot? Received { get; init; }
}
