using System.Text;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;

namespace Orchestrator.Tests.Consensus.Log;

/// <summary>
/// A member's life with cuts, votes, snapshots from the leader and new keys, ended at each operation of the disk in
/// turn, by a kill or by a power cut.
/// </summary>
public sealed class StorageCrashTests
{
    private static readonly byte[] State = StorageBench.Bytes(70_000);

    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new TemporaryDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [TestCase(120, 100, 1), TestCase(120, 700, 2), TestCase(400, 100, 3), TestCase(1_000_000, 1_000_000, 4)]
    [TestCase(1_000_000, 100, 5), TestCase(1_000_000, 100, 6), TestCase(1_000_000, 700, 7), TestCase(1_000_000, 700, 8)]
    public void After_a_crash_at_any_operation_the_log_is_the_old_one_or_cut_or_the_new_one(
        int segmentBytes, int reserveBytes, int seed)
    {
        for (var operations = 0; ; operations++)
        {
            var options = StorageBench.Options(_directory.Child($"{operations}")) with
            {
                SegmentBytes = segmentBytes, ReserveBytes = reserveBytes,
            };
            var survivors = options with { Directory = _directory.Child($"{operations}-after") };
            Directory.CreateDirectory(options.Directory);
            var disk = new CrashDisk(options.Directory, new Random((seed * 10_000) + operations), operations);
            var life = new StoryLife();
            var isOver = life.Run(options, disk);
            if (seed % 2 == 0)
            {
                disk.Restart(int.MaxValue);
                life.Check(options, disk);
            }
            disk.Crash(survivors.Directory);
            life.Check(survivors, new PosixDisk());
            if (isOver)
                break;
        }
    }

    /// <summary>What the member did, and which states of the disk are right at this moment.</summary>
    private sealed class StoryLife
    {
        private HardState _vote;
        private HardState _nextVote;
        private ImmutableArray<string> _log = [];
        private ImmutableArray<string> _next = [];
        private int _cut;
        private ulong _snapshot;
        private ulong _nextSnapshot;
        private bool _isReplacing;

        /// <returns>false when the disk ended it</returns>
        public bool Run(RaftStorageOptions options, CrashDisk disk)
        {
            try
            {
                using var bench = StorageBench.Open(options, disk);
                Tell(bench);
                return true;
            }
            catch (LogException e) when (e.Message.Contains("the disk is gone", StringComparison.Ordinal))
            {
                return false;
            }
        }

        /// <summary>Opens what is left twice: recovery itself must not change what counts.</summary>
        public void Check(RaftStorageOptions options, ILogDisk disk)
        {
            var first = Read(options, disk);
            Assert.That(Read(options, disk), Is.EqualTo(first), "a second start found something else");
            Vote(Recovered(options, disk));
        }

        private string[] Read(RaftStorageOptions options, ILogDisk disk)
        {
            using var bench = StorageBench.Open(options, disk);
            var snapshot = bench.Snapshot?.Position.Index ?? 0;
            Assert.That(snapshot, Is.EqualTo(_snapshot).Or.EqualTo(_nextSnapshot));
            if (bench.Snapshot is { } state)
                Assert.That(state.State.Span.SequenceEqual(State), "the state of the snapshot");
            var behind = bench.State.Entries.Where(entry => entry.Index > snapshot)
                .Select(entry => Encoding.UTF8.GetString(entry.Payload.Span)).ToArray();
            Assert.That(IsRight(behind, snapshot), Is.True,
                $"found [{string.Join(' ', behind)}] behind {snapshot}, was [{string.Join(' ', _log)}], "
                + $"to be [{string.Join(' ', _next)}] from {_cut}");
            return behind;
        }

        private bool IsRight(string[] behind, ulong snapshot)
        {
            var isReplaced = _isReplacing && snapshot == _nextSnapshot;
            var next = _next.Skip((int)snapshot).ToArray();
            var old = isReplaced ? next : [.. _log.Skip((int)snapshot)];
            var fromOld = behind.Length <= old.Length && behind.SequenceEqual(old.Take(behind.Length))
                && behind.Length >= Math.Min(old.Length, _cut - (int)snapshot);
            var fromNew = behind.Length <= next.Length && behind.SequenceEqual(next.Take(behind.Length))
                && behind.Length >= Math.Min(next.Length, _cut - (int)snapshot);
            return fromOld || fromNew;
        }

        private static StoredMember Recovered(RaftStorageOptions options, ILogDisk disk)
        {
            using var bench = StorageBench.Open(options, disk);
            return bench.Storage.Member;
        }

        private void Vote(StoredMember member) =>
            Assert.That(member.HardState, Is.EqualTo(_vote).Or.EqualTo(_nextVote));

        private void Tell(StorageBench bench)
        {
            Append(bench, 1, 1, "a1", "b1", "c1");
            Append(bench, 4, 1, "d1", new string('e', 1500));
            Save(bench, new HardState(2, new MemberId(9)));
            Append(bench, 2, 2, "b2", "c2");
            Append(bench, 4, 2, new string('d', 700), "e2");
            bench.Storage.Rotate();
            Append(bench, 6, 2, "f2");
            Save(bench, new HardState(3, new MemberId(7)));
            Append(bench, 4, 3, "d3");
            Append(bench, 5, 3, "e3", "f3", "g3");
            Snapshot(bench, 4, 3);
            Snapshot(bench, 6, 3);
            bench.Storage.RemoveThrough(6);
            Append(bench, 7, 4, "g4", "h4");
            Append(bench, 8, 5, "h5");
            Append(bench, 9, 5, "i5", "j5");
            Receive(bench, new LogPosition(8, 6));
            Append(bench, 9, 6, "i6");
            Receive(bench, new LogPosition(12, 6));
            Append(bench, 13, 6, "m6");
            Append(bench, 13, 7, "m7", "n7");
            RotateToTheEnd(bench);
        }

        private void RotateToTheEnd(StorageBench bench)
        {
            bench.Storage.Rotate();
            foreach (var (index, text) in new[] { (15, "o7"), (16, "p7"), (17, "q7") })
            {
                Append(bench, index, 7, text);
                Snapshot(bench, (ulong)index - 1, 7);
                bench.Storage.RemoveThrough((ulong)index - 1);
            }
            Assert.That(bench.Storage.HasOldKeys, Is.False);
        }

        private void Append(StorageBench bench, int first, ulong term, params string[] texts)
        {
            _cut = first - 1;
            _next = [.. _log.Take(_cut), .. texts];
            bench.Append((ulong)first, term, texts);
            _log = _next;
            _cut = _log.Length;
        }

        private void Save(StorageBench bench, HardState vote)
        {
            _nextVote = vote;
            bench.Storage.Save(new Flush { HardState = vote });
            _vote = vote;
        }

        private void Snapshot(StorageBench bench, ulong index, ulong term)
        {
            _nextSnapshot = index;
            bench.WriteSnapshot(index, term, State);
            _snapshot = index;
        }

        /// <summary>The log is shorter than the leader's snapshot or conflicts: it counts for nothing once it is in place.</summary>
        private void Receive(StorageBench bench, LogPosition position)
        {
            var chunks = StorageBench.Chunks(position, State, 30_000);
            foreach (var chunk in chunks.SkipLast(1))
                bench.Storage.Save(new Flush { Chunk = chunk });
            (_isReplacing, _nextSnapshot) = (true, position.Index);
            _next = [.. Enumerable.Repeat("-", (int)position.Index)];
            bench.Storage.Save(new Flush { Chunk = chunks[^1], Installs = true });
            _log = _next;
            _cut = _log.Length;
            (_isReplacing, _snapshot) = (false, position.Index);
        }
    }
}
