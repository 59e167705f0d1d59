using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;

namespace Orchestrator.Tests.Consensus.Log;

/// <summary>Snapshots: written, damaged, sent in pieces, received in pieces, made from outside.</summary>
public sealed class SnapshotTests
{
    private static readonly LogPosition Sent = new(20, 6);

    private TemporaryDirectory _directory = null!;
    private RaftStorageOptions _options = null!;

    [SetUp]
    public void SetUp()
    {
        _directory = new TemporaryDirectory();
        _options = StorageBench.Options(_directory.Child("log"));
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public void A_snapshot_of_any_length_is_read_again_with_position_and_members(
        [Values(0, 1, 65_000, 65_360, 65_536, 131_072, 300_000)] int length)
    {
        var state = StorageBench.Bytes(length);
        using (var bench = StorageBench.Open(_options))
            bench.WriteSnapshot(7, 2, state);
        using var again = StorageBench.Open(_options);
        Assert.That(again.State.Snapshot, Is.EqualTo(new LogPosition(7, 2)));
        Assert.That(again.Snapshot!.State.Span.SequenceEqual(state));
        Assert.That(again.State.Membership.Members, Is.EqualTo(StorageBench.Alone(7).Members));
        Assert.That(again.State.Membership.Removed, Is.EqualTo(StorageBench.Alone(7).Removed));
    }

    [Test]
    public void The_newest_two_are_kept_and_the_log_under_the_older_is_not_needed()
    {
        using var bench = StorageBench.Open(_options with { SegmentBytes = 1 });
        for (var index = 1UL; index <= 12; index++)
            bench.Append(index, 1, "x");
        Assert.That(bench.WriteSnapshot(5, 1, [1]), Is.Zero);
        bench.Storage.RemoveThrough(12);
        Assert.That(bench.Storage.FirstIndex, Is.EqualTo(1), "one snapshot alone is not trusted");
        Assert.That(bench.WriteSnapshot(9, 1, [1]), Is.EqualTo(5));
        Assert.That(bench.WriteSnapshot(12, 1, [1]), Is.EqualTo(9));
        bench.Storage.RemoveThrough(7);
        Assert.That(bench.Storage.FirstIndex, Is.EqualTo(8), "the caller may keep more");
        bench.Storage.RemoveThrough(12);
        Assert.That(bench.Storage.FirstIndex, Is.EqualTo(10));
        Assert.That(DataFiles.Indexes(_options.Directory, ".snap"), Is.EqualTo(new ulong[] { 9, 12 }));
    }

    [Test]
    public void A_start_reads_a_limited_number_of_entries_under_the_snapshot()
    {
        using (var bench = StorageBench.Open(_options))
        {
            bench.Append(1, 1, "a", "b", "c", "d", "e");
            bench.WriteSnapshot(4, 1, [1]);
        }
        using (var bench = StorageBench.Open(_options with { KeptEntries = 2 }))
            Assert.That(bench.Texts, Is.EqualTo(new[] { "c", "d", "e" }));
        using (var bench = StorageBench.Open(_options with { KeptBytes = 1 }))
            Assert.That(bench.Texts, Is.EqualTo(new[] { "d", "e" }));
    }

    [Test]
    public void A_snapshot_with_any_flipped_bit_or_any_shorter_length_gives_way_to_the_one_before()
    {
        using (var bench = StorageBench.Open(_options))
        {
            bench.Append(1, 1, "a", "b", "c");
            bench.WriteSnapshot(1, 1, [1, 2, 3]);
            bench.WriteSnapshot(3, 1, [4, 5, 6]);
        }
        var path = DataFiles.Snapshot(_options.Directory, 3);
        var intact = File.ReadAllBytes(path);
        for (var at = 0; at < intact.Length; at++)
        {
            Damages.Flip(path, at);
            GivesWay(path, $"flipped byte {at}");
            File.WriteAllBytes(path, intact[..at]);
            GivesWay(path, $"cut at {at}");
            File.WriteAllBytes(path, intact);
        }
    }

    [Test]
    public void Frames_that_are_swapped_or_missing_are_noticed()
    {
        using (var bench = StorageBench.Open(_options))
            bench.WriteSnapshot(1, 1, StorageBench.Bytes(4 * SealedFile.FrameSize));
        var path = DataFiles.Snapshot(_options.Directory, 1);
        var intact = File.ReadAllBytes(path);
        var frames = intact[SealedHeader.Size..].Chunk(SealedFile.StoredFrameSize).ToArray();
        byte[][][] forgeries =
        [
            [frames[1], frames[0], .. frames[2..]], [frames[0], frames[2], frames[2], .. frames[3..]], frames[..^1],
        ];
        foreach (var forged in forgeries)
        {
            File.WriteAllBytes(path, [.. intact[..SealedHeader.Size], .. forged.SelectMany(frame => frame)]);
            Assert.That(() => StorageBench.Open(_options), Throws.TypeOf<LogException>());
        }
    }

    [Test]
    public void Pieces_of_any_size_make_the_snapshot_at_the_receiver([Values(1000, 65_536, 100_000)] int size)
    {
        var state = StorageBench.Bytes(200_000);
        using var sender = StorageBench.Open(_options with { Directory = _directory.Child("sender") });
        sender.WriteSnapshot(Sent.Index, Sent.Term, state);
        using (var receiver = StorageBench.Open(_options))
        {
            receiver.Append(1, 1, "mine", "too");
            StoredSnapshot? installed = null;
            for (var offset = 0L; installed is null; offset = receiver.Storage.ReceivedSoFar(Sent))
            {
                var piece = sender.Storage.ReadChunk(Sent, offset, size)!;
                Assert.That(piece.Bytes.Length, Is.LessThanOrEqualTo(size));
                installed = receiver.Storage.Save(new Flush
                {
                    Chunk = Chunk(offset, piece), Installs = offset + piece.Bytes.Length == piece.Total,
                });
            }
            Assert.That(installed.State.Span.SequenceEqual(state));
            receiver.Append(21, 6, "behind it");
        }
        using var again = StorageBench.Open(_options);
        Assert.That(again.State.Snapshot, Is.EqualTo(Sent));
        Assert.That(again.Texts, Is.EqualTo(new[] { "behind it" }));
        Assert.That(Directory.GetFiles(_options.Directory, "*.receive"), Is.Empty);
    }

    [Test]
    public void What_was_received_is_known_after_a_crash_at_any_operation_and_goes_on([Range(1, 4)] int seed)
    {
        var chunks = StorageBench.Chunks(Sent, StorageBench.Bytes(5000), 1000);
        for (var (operations, isOver) = (0, false); !isOver; operations++)
        {
            var (source, target) = (_directory.Child($"{operations}"), _directory.Child($"{operations}-after"));
            Directory.CreateDirectory(source);
            var disk = new CrashDisk(source, new Random((seed * 1000) + operations), operations);
            isOver = Receive(_options with { Directory = source }, disk, chunks, out var durable);
            disk.Crash(target);
            using var bench = StorageBench.Open(_options with { Directory = target });
            var isInPlace = bench.State.Snapshot == Sent;
            var received = bench.Storage.ReceivedSoFar(Sent);
            Assert.That(isInPlace || received >= durable, $"{received} of {durable} bytes after {operations} operations");
            Assert.That(bench.State.Received.Bytes, Is.EqualTo(received), "the core goes on there");
            Assert.That(received % 1000 == 0 || received == chunks[^1].Total, $"{received} is not between two pieces");
            if (!isInPlace)
                Assert.That(Finish(bench, chunks, received).State.Length, Is.EqualTo(5000));
        }
    }

    [Test]
    public void The_whole_that_was_there_before_a_crash_is_put_in_place_by_an_empty_last_piece()
    {
        var chunks = StorageBench.Chunks(Sent, StorageBench.Bytes(5000), 1000);
        using (var bench = StorageBench.Open(_options))
            foreach (var chunk in chunks)
                bench.Storage.Save(new Flush { Chunk = chunk });
        using var again = StorageBench.Open(_options);
        var total = chunks[^1].Total;
        Assert.That(again.State.Received, Is.EqualTo(new ReceivedPart(Sent, total, total)));
        var last = chunks[^1] with { Offset = total, Bytes = default };
        Assert.That(again.Storage.Save(new Flush { Chunk = last, Installs = true })!.State.Length, Is.EqualTo(5000));
    }

    [Test]
    public void A_newer_snapshot_or_a_new_beginning_drops_what_was_received()
    {
        using var bench = StorageBench.Open(_options);
        var chunks = StorageBench.Chunks(Sent, StorageBench.Bytes(5000), 1000);
        bench.Storage.Save(new Flush { Chunk = chunks[0] });
        bench.Storage.Save(new Flush { Chunk = chunks[1] });
        bench.Storage.Save(new Flush { Chunk = chunks[0] });
        Assert.That(bench.Storage.ReceivedSoFar(Sent), Is.EqualTo(1000));
        var newer = new LogPosition(30, 6);
        bench.Storage.Save(new Flush { Chunk = StorageBench.Chunks(newer, [1], 1000)[0] });
        Assert.That(bench.Storage.ReceivedSoFar(Sent), Is.Zero);
        Assert.That(Directory.GetFiles(_options.Directory, "*.receive"), Has.Length.EqualTo(1));
    }

    [Test]
    public void What_was_received_of_an_older_snapshot_than_the_newest_is_deleted_at_the_next_start()
    {
        using (var bench = StorageBench.Open(_options))
        {
            bench.Storage.Save(new Flush { Chunk = StorageBench.Chunks(Sent, StorageBench.Bytes(5000), 1000)[0] });
            bench.WriteSnapshot(25, 6, [1]);
        }
        StorageBench.Open(_options).Dispose();
        Assert.That(Directory.GetFiles(_options.Directory, "*.receive"), Is.Empty);
    }

    [Test]
    public void A_snapshot_that_came_damaged_is_refused_and_asked_for_anew()
    {
        var chunks = StorageBench.Chunks(Sent, StorageBench.Bytes(5000), 1000);
        var flipped = chunks[2].Bytes.ToArray();
        flipped[10] ^= 1;
        using (var bench = StorageBench.Open(_options))
        {
            bench.Append(1, 1, "a");
            foreach (var chunk in chunks[..^1])
                bench.Storage.Save(new Flush { Chunk = chunk == chunks[2] ? chunk with { Bytes = flipped } : chunk });
            Assert.That(() => bench.Storage.Save(new Flush { Chunk = chunks[^1], Installs = true }),
                Throws.TypeOf<LogException>().With.Message.Contains("checksum does not fit"));
        }
        using var again = StorageBench.Open(_options);
        Assert.That(again.Storage.ReceivedSoFar(Sent), Is.Zero);
        Assert.That(again.Texts, Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void A_snapshot_that_is_gone_cannot_be_read_and_a_damaged_one_is_said_to_be()
    {
        using var bench = StorageBench.Open(_options);
        Assert.That(bench.Storage.ReadChunk(Sent, 0, 100), Is.Null);
        bench.WriteSnapshot(Sent.Index, Sent.Term, StorageBench.Bytes(1000));
        Damages.Flip(DataFiles.Snapshot(_options.Directory, Sent.Index), 500);
        Assert.That(() => bench.Storage.ReadChunk(Sent, 0, 100),
            Throws.TypeOf<LogException>().With.Message.Contains("is not sent to other managers"));
        bench.Storage.Save(new Flush { HardState = new HardState(1, MemberId.None) });
    }

    [Test]
    public void One_that_is_written_again_in_the_place_of_a_damaged_one_can_be_read()
    {
        using var bench = StorageBench.Open(_options);
        bench.WriteSnapshot(Sent.Index, Sent.Term, StorageBench.Bytes(200_000));
        Damages.Flip(DataFiles.Snapshot(_options.Directory, Sent.Index), 150_000);
        Assert.That(bench.Storage.ReadChunk(Sent, 0, 100), Is.Not.Null, "not all of it is damaged");
        Assert.That(() => bench.Storage.ReadChunk(Sent, 140_000, 50_000), Throws.TypeOf<LogException>());
        bench.WriteSnapshot(Sent.Index, Sent.Term, StorageBench.Bytes(200_000));
        Assert.That(bench.Storage.ReadChunk(Sent, 140_000, 50_000)!.Bytes.Length, Is.EqualTo(50_000));
    }

    [Test]
    public void Members_that_get_different_snapshots_get_each_to_its_end_though_newer_ones_replace_them()
    {
        using var bench = StorageBench.Open(_options);
        var positions = new[] { new LogPosition(21, 6), new LogPosition(22, 6), new LogPosition(23, 6) };
        foreach (var position in positions)
        {
            bench.WriteSnapshot(position.Index, position.Term, StorageBench.Bytes(200_000));
            Assert.That(bench.Storage.ReadChunk(position, 0, 1000), Is.Not.Null);
        }
        bench.WriteSnapshot(24, 6, [1]);
        Assert.That(DataFiles.Indexes(_options.Directory, ".snap"), Is.EqualTo(new ulong[] { 23, 24 }));
        foreach (var position in positions)
            Assert.That(bench.Storage.ReadChunk(position, 100_000, 1000)!.Bytes.Length, Is.EqualTo(1000));
    }

    [Test]
    public void No_more_than_a_few_are_kept_open()
    {
        using var bench = StorageBench.Open(_options);
        for (var index = 21UL; index <= 26; index++)
        {
            bench.WriteSnapshot(index, 6, [1]);
            Assert.That(bench.Storage.ReadChunk(new LogPosition(index, 6), 0, 10), Is.Not.Null);
        }
        Assert.That(Enumerable.Range(21, 6).Select(index => bench.Storage.ReadChunk(new LogPosition((ulong)index, 6), 0, 10) is not null),
            Is.EqualTo(new[] { false, false, true, true, true, true }));
    }

    [Test]
    public void A_directory_made_from_a_snapshot_opens_behind_it()
    {
        var snapshot = new StoredSnapshot(Sent, StorageBench.Alone(7), StorageBench.Bytes(100));
        RaftStorage.Create(_options, snapshot, new PosixDisk(), bytes => new Random(1).NextBytes(bytes));
        using (var bench = StorageBench.Open(_options))
        {
            Assert.That(bench.State.Snapshot, Is.EqualTo(Sent));
            Assert.That(bench.State.HardState, Is.EqualTo(new HardState(Sent.Term, MemberId.None)));
            Assert.That(bench.Snapshot!.State.Span.SequenceEqual(snapshot.State.Span));
            bench.Append(21, 7, "a");
        }
        Assert.That(() => RaftStorage.Create(_options, snapshot, new PosixDisk(), _ => { }),
            Throws.TypeOf<LogException>().With.Message.Contains("holds files of another log"));
    }

    private static bool Receive(
        RaftStorageOptions options, ILogDisk disk, Message.SnapshotChunk[] chunks, out long durable)
    {
        durable = 0;
        try
        {
            using var bench = StorageBench.Open(options, disk);
            foreach (var chunk in chunks)
            {
                bench.Storage.Save(new Flush { Chunk = chunk, Installs = chunk == chunks[^1] });
                durable += chunk.Bytes.Length;
            }
            return true;
        }
        catch (LogException e) when (e.Message.Contains("the disk is gone", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private static StoredSnapshot Finish(StorageBench bench, Message.SnapshotChunk[] chunks, long received)
    {
        // All were there, but not put in place: the last one comes again from the beginning.
        var left = received == chunks[^1].Total ? chunks : [.. chunks.Where(chunk => chunk.Offset >= received)];
        foreach (var chunk in left.SkipLast(1))
            bench.Storage.Save(new Flush { Chunk = chunk });
        return bench.Storage.Save(new Flush { Chunk = left[^1], Installs = true })!;
    }

    private void GivesWay(string path, string how)
    {
        using (var bench = StorageBench.Open(_options))
            Assert.That(bench.State.Snapshot.Index, Is.EqualTo(1), how);
        File.Delete(path + DataFiles.DamagedSuffix);
    }

    private static Message.SnapshotChunk Chunk(long offset, SnapshotPiece piece) =>
        new(new MemberId(8), new MemberId(7), Sent.Term, Sent, offset, piece.Total, piece.Bytes)
        {
            Membership = piece.Membership,
        };
}
