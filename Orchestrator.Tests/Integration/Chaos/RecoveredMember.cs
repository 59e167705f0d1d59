using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>What a manager that does not run has on its disk, read as it would read it itself.</summary>
internal sealed class RecoveredMember
{
    private readonly StoredSnapshot? _snapshot;
    private readonly ImmutableArray<LogEntry> _entries;

    private RecoveredMember(StoredSnapshot? snapshot, ImmutableArray<LogEntry> entries)
    {
        _snapshot = snapshot;
        _entries = entries;
    }

    /// <summary>Of its newest snapshot; 0 when there is none.</summary>
    public ulong SnapshotIndex => _snapshot?.Position.Index ?? 0;

    public ulong LastIndex => _entries is [.., var last] ? last.Index : SnapshotIndex;

    public IEnumerable<LogEntry> Entries => _entries;

    public static RecoveredMember Open(string directory, string node)
    {
        var opened = RaftStorage.Open(
            new RaftStorageOptions
            {
                Directory = directory,
                Node = node,
                IfNew = new NewMember(MemberId.None, new Membership { Incarnation = 0 }),
                KeptEntries = int.MaxValue,
                KeptBytes = long.MaxValue,
            },
            new PosixDisk(), RandomNumberGenerator.Fill, NullLogger.Instance);
        using (opened.Storage)
            return new RecoveredMember(opened.Snapshot, opened.State.Entries);
    }

    /// <summary>The state with every entry through the index applied.</summary>
    /// <param name="index">between <see cref="SnapshotIndex"/> and <see cref="LastIndex"/></param>
    public StateThere StateAt(ulong index)
    {
        Assert.That(index, Is.InRange(SnapshotIndex, LastIndex), "the place that all states are compared at");
        var store = new StateStore();
        var state = new ReplicatedState(store);
        if (_snapshot is { } snapshot)
            state.ReadSnapshot(snapshot.Position.Index, snapshot.State)();
        var results = new CommandResults();
        foreach (var entry in _entries.Where(entry => entry.Index > SnapshotIndex && entry.Index <= index))
        {
            if (state.Apply(entry) is { } applied)
                results.Add(applied);
        }
        var bytes = new ChunkedBuffer();
        state.CaptureSnapshot()(bytes);
        return new StateThere(store.Current, [.. bytes.Parts.SelectMany(part => part.ToArray())], results);
    }

    /// <summary>How many commands are in more than one of the entries on the disk.</summary>
    public int Repeated() => _entries
        .Where(entry => entry.Kind == EntryKind.Command && CommandEnvelope.IsEnvelope(entry.Payload.Span))
        .Select(entry => CommandEnvelope.Decode(entry.Payload))
        .CountBy(command => (command.Client, command.Sequence))
        .Count(command => command.Value > 1);

    /// <param name="Bytes">sessions and store, as a snapshot of that index has them</param>
    public sealed record StateThere(StateSnapshot Store, byte[] Bytes, CommandResults Results);
}

/// <summary>What became of each command, in all its copies.</summary>
internal sealed class CommandResults
{
    private readonly Dictionary<(UInt128 Client, ulong Sequence), Applied> _first = [];
    private readonly List<string> _twice = [];

    public IReadOnlyList<string> Twice => _twice;

    public void Add(AppliedCommand command)
    {
        var id = (command.Client, command.Sequence);
        if (command.Result is { } result && !_first.TryAdd(id, result) && _first[id] != result)
            _twice.Add($"command {id.Sequence} of client {id.Client:x} gave {_first[id]} and then {result}");
    }
}
