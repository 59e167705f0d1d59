using System.Diagnostics;
using Orchestrator.Consensus.Core;
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
    public void Term_vote_and_members_are_remembered_and_any_damage_to_them_is_refused()
    {
        var file = new MemberFile(_directory.Path, new PosixDisk());
        Assert.That(file.Load(StorageBench.Member), Is.Null);
        file.Save(StorageBench.Member);
        file.Save(StorageBench.Member with { HardState = new HardState(8, new MemberId(5)) });
        var read = file.Load(StorageBench.Member with { Id = new MemberId(99), Node = "other" })!;
        Assert.That(read.IsFirstFormat, Is.False);
        Assert.That(read.Member.HardState, Is.EqualTo(new HardState(8, new MemberId(5))));
        Assert.That((read.Member.Id, read.Member.Node), Is.EqualTo((StorageBench.Member.Id, "node-1")));
        Assert.That(read.Member.First.Members, Is.EqualTo(StorageBench.Member.First.Members));
        Damages.EachByte(Path.Combine(_directory.Path, DataFiles.HardState), at =>
            Assert.That(() => file.Load(StorageBench.Member), Throws.TypeOf<LogException>(), $"byte {at} went unnoticed"));
    }

    [Test]
    public void A_log_without_its_hard_state_is_refused()
    {
        File.WriteAllBytes(DataFiles.Segment(_directory.Path, 1), new byte[64]);
        var file = new MemberFile(_directory.Path, new PosixDisk());
        Assert.That(() => file.Load(StorageBench.Member),
            Throws.TypeOf<LogException>().With.Message.Contains("hardstate"));
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
}
