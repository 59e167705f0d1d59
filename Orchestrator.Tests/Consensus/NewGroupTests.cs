using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;
using Orchestrator.Tests.Consensus.Log;

namespace Orchestrator.Tests.Consensus;

public sealed class NewGroupTests
{
    private static readonly string[] Written = [.. Enumerable.Range(0, 12).Select(i => $"command {i}")];

    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new TemporaryDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    private RaftNodeOptions Options => NodeBench.Options(_directory) with { SnapshotEntries = 5, Address = "10.0.0.7:2377" };

    [Test]
    public async Task A_member_that_lost_its_group_leads_one_of_its_own_with_all_that_it_had()
    {
        await MakeMemberOfThreeAsync(Options);
        var before = Stored(Options.Directory);
        NewGroup.OfMember(Options, Around(new RecordingMachine()), () => Encoding.UTF8.GetBytes("the last"));

        await using var bench = await NodeBench.StartAsync(Options);
        Assert.That(bench.Machine.Commands, Is.EqualTo((string[])[.. Written, "from elsewhere", "the last"]));
        Assert.That((await bench.ProposeAsync("goes on")).Accepted, Is.True);
        var after = bench.Node.Status.Membership;
        Assert.That(after.Incarnation, Is.Not.EqualTo(before.First.Incarnation));
        Assert.That(after.Members, Has.Length.EqualTo(1));
        Assert.That(after.Members[0].Id, Is.EqualTo(bench.Node.Status.Self).And.Not.EqualTo(before.Id));
        Assert.That(after.Members[0].Address, Is.EqualTo("10.0.0.7:2377"));
        Assert.That(after.Removed, Is.Empty);
    }

    [Test]
    public async Task When_the_last_command_cannot_be_made_nothing_is_changed()
    {
        await MakeMemberOfThreeAsync(Options);
        var before = Stored(Options.Directory);
        Assert.That(() => NewGroup.OfMember(
            Options, Around(new RecordingMachine()), () => throw new InvalidOperationException("no")), Throws.InvalidOperationException);
        Assert.That(Stored(Options.Directory), Is.EqualTo(before));
    }

    [TestCase(1), TestCase(2)]
    public async Task After_a_crash_at_any_operation_it_is_the_old_member_or_the_new_one_with_everything(int seed)
    {
        await MakeMemberOfThreeAsync(Options);
        var old = Stored(Options.Directory);
        var (sawOld, sawNew) = (0, 0);
        for (var (operations, isOver) = (0, false); !isOver; operations++)
        {
            var options = Options with { Directory = _directory.Child($"{operations}") };
            var after = Options with { Directory = _directory.Child($"{operations}-after") };
            Copy(Options.Directory, options.Directory);
            var disk = new CrashDisk(options.Directory, new Random((seed * 1000) + operations), operations);
            isOver = TryReform(options, disk);
            disk.Crash(after.Directory);
            foreach (var directory in seed == 1 ? [after.Directory] : (string[])[options.Directory, after.Directory])
            {
                using var bench = StorageBench.Open(StorageBench.Options(directory) with { Node = Options.Node });
                var isNew = bench.Storage.Member.Id != old.Id;
                (sawOld, sawNew) = (sawOld + (isNew ? 0 : 1), sawNew + (isNew ? 1 : 0));
                Assert.That(bench.Storage.Member.First.Incarnation == old.First.Incarnation, Is.Not.EqualTo(isNew));
                Assert.That(CommandsIn(bench), Is.EqualTo(
                    (string[])[.. Written, "from elsewhere", .. isNew ? ["the last"] : (string[])[]]), $"{operations}");
                if (isOver)
                    Assert.That(isNew, Is.True, "it was told that it is done");
            }
        }
        Assert.That((sawOld, sawNew), Is.Not.EqualTo((0, 0)).And.Matches<(int, int)>(seen => seen.Item1 > 3 && seen.Item2 > 0));
    }

    [Test]
    public async Task A_group_of_a_state_goes_on_behind_it()
    {
        NewGroup.OfState(Options, Around(new RecordingMachine()), 70, Encoding.UTF8.GetBytes("60 early\n70 late"));
        await using var bench = await NodeBench.StartAsync(Options);
        Assert.That(bench.Machine.Commands, Is.EqualTo((string[])["early", "late"]));
        Assert.That((await bench.ProposeAsync("new")).Index, Is.GreaterThan(70));
        Assert.That(bench.Node.Status.Membership.Members.Single().Id, Is.EqualTo(bench.Node.Status.Self));
    }

    /// <summary>Was one, is now one of three: the others are gone, and what came last is not committed.</summary>
    private static async Task MakeMemberOfThreeAsync(RaftNodeOptions options)
    {
        await using (var bench = await NodeBench.StartAsync(options))
        {
            foreach (var command in Written)
                await bench.ProposeAsync(command);
        }
        using var storage = StorageBench.Open(StorageBench.Options(options.Directory) with { Node = options.Node });
        var members = storage.State.Membership;
        var three = members.Add(new MemberId(1), "n1", "10.0.0.1:2377").Promote(new MemberId(1))
            .Add(new MemberId(2), "n2", "10.0.0.2:2377").Promote(new MemberId(2));
        var term = storage.Storage.Member.HardState.Term;
        var next = storage.Storage.LastIndex + 1;
        storage.Storage.Save(new Flush
        {
            Entries =
            [
                new LogEntry(next, term, EntryKind.Membership, MembershipCodec.Encode(three)),
                new LogEntry(next + 1, term, EntryKind.Command, Encoding.UTF8.GetBytes("from elsewhere")),
            ],
        });
    }

    private static bool TryReform(RaftNodeOptions options, CrashDisk disk)
    {
        try
        {
            NewGroup.OfMember(
                options, Around(new RecordingMachine()) with { Disk = disk }, () => Encoding.UTF8.GetBytes("the last"));
            return true;
        }
        catch (LogException e) when (e.Message.Contains("the disk is gone", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private static IReadOnlyList<string> CommandsIn(StorageBench bench)
    {
        var machine = new RecordingMachine();
        var state = new ReplicatedState(machine);
        if (bench.Snapshot is { } snapshot)
            state.ReadSnapshot(snapshot.Position.Index, snapshot.State)();
        foreach (var entry in bench.State.Entries.Where(entry => entry.Index > bench.State.Snapshot.Index))
            state.Apply(entry);
        return machine.Commands;
    }

    private static StoredMember Stored(string directory)
    {
        using var bench = StorageBench.Open(StorageBench.Options(directory) with { Node = "m1" });
        return bench.Storage.Member with { First = new Membership { Incarnation = bench.Storage.Member.First.Incarnation } };
    }

    private static NodeSurroundings Around(IStateMachine machine) =>
        new(machine, NullLogger.Instance, TimeProvider.System);

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
