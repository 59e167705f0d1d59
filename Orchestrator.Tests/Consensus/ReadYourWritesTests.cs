namespace Orchestrator.Tests.Consensus;

/// <summary>What a manager has confirmed to a client, that manager shows from then on; and showing costs no write.</summary>
public sealed class ReadYourWritesTests
{
    [Test]
    public async Task A_follower_confirms_a_command_only_when_it_has_applied_it_itself()
    {
        await using var group = await NodeGroup.StartAsync(3);
        var leader = await group.LeaderAsync();
        var follower = group.Followers(leader).First();
        group.Network.HoldTo(follower.Id, group.Ids);
        var proposal = follower.ProposeAsync("a");
        await group.UntilAsync("the leader has it", () => leader.Machine.Commands.Contains("a"));
        Assert.That(proposal.IsCompleted, Is.False);
        group.Network.Release();
        await group.DriveAsync(proposal);
        Assert.That(follower.Machine.Commands, Has.Member("a"));
    }

    [Test]
    public async Task A_barrier_of_a_single_manager_neither_flushes_nor_waits_for_a_flush()
    {
        using var directory = new TemporaryDirectory();
        var disk = new FaultyDisk();
        await using var node = await NodeBench.StartAsync(NodeBench.Options(directory), disk);
        await node.ProposeAsync("a");
        var flushes = disk.Flushes;
        await node.BarrierAsync();
        Assert.That(disk.Flushes, Is.EqualTo(flushes));
        using var hold = new HeldFlush(disk);
        var inFlight = node.ProposeAsync("b");
        await hold.Reached;
        await node.BarrierAsync();
        Assert.That(node.Machine.Commands, Is.EqualTo(new[] { "a" }));
        hold.Release();
        await inFlight;
    }
}
