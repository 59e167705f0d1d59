using System.Buffers;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus.Log;

namespace Orchestrator.Tests.Consensus.Log;

public sealed class StateFilesTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new TemporaryDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public void A_snapshot_larger_than_one_chunk_is_read_again()
    {
        var state = Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31)).ToArray();
        Snapshots().Write(new SnapshotPosition(7, 2), Buffer(state));
        var loaded = Snapshots().Load();
        Assert.That(loaded.Position, Is.EqualTo(new SnapshotPosition(7, 2)));
        Assert.That(loaded.State?.ToArray(), Is.EqualTo(state));
    }

    [Test]
    public void The_newest_two_snapshots_are_kept_and_the_log_under_the_older_is_not_needed()
    {
        var removable = new ulong[] { 5, 9, 12 }
            .Select(index => Snapshots().Write(new SnapshotPosition(index, 1), Buffer([1])));
        Assert.That(removable.ToArray(), Is.EqualTo(new ulong[] { 0, 5, 9 }));
        Assert.That(DataFiles.Indexes(_directory.Path, DataFiles.SnapshotSuffix), Is.EqualTo(new ulong[] { 9, 12 }));
    }

    [Test]
    public void A_snapshot_with_any_flipped_bit_or_any_shorter_length_gives_way_to_the_one_before()
    {
        Snapshots().Write(new SnapshotPosition(5, 1), Buffer([1, 2, 3]));
        Snapshots().Write(new SnapshotPosition(9, 1), Buffer([4, 5, 6]));
        var path = DataFiles.Snapshot(_directory.Path, 9);
        var intact = File.ReadAllBytes(path);
        for (var at = 0; at < intact.Length; at++)
        {
            var flipped = (byte[])intact.Clone();
            flipped[at] ^= (byte)(1 << (at % 8));
            foreach (var content in new[] { flipped, intact[..at] })
            {
                File.WriteAllBytes(path, content);
                var loaded = Snapshots().Load();
                Assert.That(loaded.Position.Index, Is.EqualTo(5), $"byte {at}");
                Assert.That(loaded.Start.MustReach, Is.EqualTo(9));
            }
        }
    }

    [Test]
    public void Term_and_vote_are_remembered_and_any_damage_to_them_is_refused()
    {
        var file = new HardStateFile(_directory.Path, new PosixDisk());
        Assert.That(file.Load(), Is.Null);
        file.Save(new HardState("m1", 7, "m2"));
        file.Save(new HardState("m1", 8, ""));
        Assert.That(file.Load(), Is.EqualTo(new HardState("m1", 8, "")));
        var path = Path.Combine(_directory.Path, DataFiles.HardState);
        var intact = File.ReadAllBytes(path);
        for (var at = 0; at < intact.Length; at++)
        {
            var flipped = (byte[])intact.Clone();
            flipped[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(path, flipped);
            Assert.That(() => file.Load(), Throws.TypeOf<LogException>(), $"byte {at} went unnoticed");
        }
    }

    [Test]
    public void A_log_without_its_hard_state_is_refused()
    {
        File.WriteAllBytes(DataFiles.Segment(_directory.Path, 1), SegmentHeader.Make(1));
        var file = new HardStateFile(_directory.Path, new PosixDisk());
        Assert.That(() => file.Load(), Throws.TypeOf<LogException>().With.Message.Contains("hardstate"));
    }

    [Test]
    public void A_second_holder_of_the_directory_is_told_who_has_it()
    {
        using (DirectoryLock.Acquire(_directory.Path))
        {
            var refusal = Assert.Throws<LogException>(() => DirectoryLock.Acquire(_directory.Path));
            Assert.That(refusal.Failure, Is.EqualTo(LogFailure.InUse));
            Assert.That(refusal.Message, Does.StartWith(
                $"data directory {_directory.Path} is in use by process {Environment.ProcessId}."));
            Assert.That(OtherProcessGetsLock(), Is.False);
        }
        Assert.That(OtherProcessGetsLock(), Is.True);
        DirectoryLock.Acquire(_directory.Path).Dispose();
    }

    private bool OtherProcessGetsLock()
    {
        using var process = Process.Start("flock", ["-n", Path.Combine(_directory.Path, DataFiles.Lock), "true"]);
        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(30)), Is.True, "flock did not end");
        return process.ExitCode == 0;
    }

    private SnapshotFiles Snapshots() => new(_directory.Path, new PosixDisk(), NullLogger.Instance);

    private static ChunkedBuffer Buffer(byte[] state)
    {
        var buffer = new ChunkedBuffer();
        buffer.Write(state);
        return buffer;
    }
}
