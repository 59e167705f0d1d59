using System.Text;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Tests.Consensus.Log;

/// <summary>A single manager's directory of the previous version becomes a member's.</summary>
public sealed class FirstFormatTests
{
    private TemporaryDirectory _directory = null!;
    private RaftStorageOptions _options = null!;

    [SetUp]
    public void SetUp()
    {
        _directory = new TemporaryDirectory();
        _options = StorageBench.Options(_directory.Path);
        FirstFormat.WriteHardState(_directory.Path, "node-1", term: 1);
        FirstFormat.WriteSegment(_directory.Path, 1, "a", "b", "c");
        FirstFormat.WriteSegment(_directory.Path, 4, "d", "e");
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public void Its_commands_vote_and_snapshot_are_taken_over_with_the_members_that_the_caller_names()
    {
        FirstFormat.WriteSnapshot(_directory.Path, new LogPosition(2, 1), "two"u8.ToArray());
        FirstFormat.WriteSnapshot(_directory.Path, new LogPosition(3, 1), "three"u8.ToArray());
        for (var start = 0; start < 2; start++)
        {
            using var bench = StorageBench.Open(start == 0 ? _options : WithOtherId(_options));
            Assert.That(bench.State.HardState, Is.EqualTo(new HardState(1, StorageBench.Member.Id)));
            Assert.That(bench.State.Snapshot, Is.EqualTo(new LogPosition(3, 1)));
            Assert.That(Encoding.UTF8.GetString(bench.Snapshot!.State.Span), Is.EqualTo("three"));
            Assert.That(bench.State.Membership.Members, Is.EqualTo(StorageBench.Member.First.Members));
            Assert.That(bench.Texts, Is.EqualTo(new[] { "a", "b", "c", "d", "e" }));
            Assert.That(bench.Storage.ReadChunk(new LogPosition(2, 1), 0, 1000), Is.Not.Null);
        }
    }

    [Test]
    public void It_goes_on_encrypted_in_a_new_segment()
    {
        using (var bench = StorageBench.Open(_options))
            bench.Append(6, 2, "f");
        Assert.That(DataFiles.Indexes(_directory.Path, ".log"), Is.EqualTo(new ulong[] { 1, 4, 6 }));
        using var again = StorageBench.Open(_options);
        Assert.That(again.Texts, Is.EqualTo(new[] { "a", "b", "c", "d", "e", "f" }));
    }

    [Test]
    public void Its_segments_can_be_cut([Range(1, 5)] int cut)
    {
        using (var bench = StorageBench.Open(_options))
            bench.Append((ulong)cut, 2, "x", "y");
        using var again = StorageBench.Open(_options);
        Assert.That(again.Texts, Is.EqualTo(new[] { "a", "b", "c", "d", "e" }.Take(cut - 1).Concat(["x", "y"])));
    }

    [Test]
    public void A_crash_at_any_operation_of_the_upgrade_leaves_a_directory_that_opens([Range(1, 3)] int seed)
    {
        FirstFormat.WriteSnapshot(_directory.Path, new LogPosition(3, 1), "three"u8.ToArray());
        for (var (operations, isOver) = (0, false); !isOver; operations++)
        {
            var (source, target) = (_directory.Child($"{operations}"), _directory.Child($"{operations}-after"));
            Directory.CreateDirectory(source);
            foreach (var path in Directory.GetFiles(_directory.Path))
                File.Copy(path, Path.Combine(source, Path.GetFileName(path)));
            var disk = new CrashDisk(source, new Random((seed * 1000) + operations), operations);
            isOver = TryOpen(_options with { Directory = source }, disk);
            disk.Crash(target);
            using var bench = StorageBench.Open(WithOtherId(_options) with { Directory = target });
            Assert.That(bench.Texts, Is.EqualTo(new[] { "a", "b", "c", "d", "e" }));
            Assert.That(bench.Snapshot!.Position.Index, Is.EqualTo(3));
            Assert.That(bench.State.Membership.Members.Single().Id, Is.EqualTo(bench.Storage.Member.Id));
        }
    }

    [Test]
    public void A_torn_tail_is_cut_and_a_flipped_bit_is_refused()
    {
        var path = DataFiles.Segment(_directory.Path, 4);
        Damages.EachByte(path, at => Assert.That(() => StorageBench.Open(_options).Dispose(),
            Throws.TypeOf<LogException>(), $"byte {at} went unnoticed"));
        LogBench.Change(path, bytes => bytes[..^1]);
        using var bench = StorageBench.Open(_options);
        Assert.That(bench.Texts, Is.EqualTo(new[] { "a", "b", "c", "d" }));
    }

    [Test]
    public void Another_host_is_refused_and_a_group_of_several_cannot_take_it_over()
    {
        Assert.That(() => StorageBench.Open(_options with { Node = "node-2" }),
            Throws.TypeOf<LogException>().With.Message.Contains("belongs to member node-1, this is node-2"));
        var nobody = new NewMember(new MemberId(7), new Membership { Incarnation = 1 });
        Assert.That(() => StorageBench.Open(_options with { IfNew = nobody }), Throws.TypeOf<InvariantException>());
    }

    private static bool TryOpen(RaftStorageOptions options, CrashDisk disk)
    {
        try
        {
            StorageBench.Open(options, disk).Dispose();
            return true;
        }
        catch (LogException e) when (e.Message.Contains("the disk is gone", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private static RaftStorageOptions WithOtherId(RaftStorageOptions options) =>
        options with { IfNew = new NewMember(new MemberId(99), StorageBench.Alone(99)) };
}
