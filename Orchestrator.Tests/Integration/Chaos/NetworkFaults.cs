using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>A cut in one direction, made with nftables.</summary>
internal abstract class OneWayCut : Fault
{
    public override Surroundings Surroundings => new(Hosts: true);

    protected static int HostOf(Scene scene, DaemonProcess manager) => scene.Group.Managers.ToList().IndexOf(manager) + 1;

    protected static IEnumerable<int> OthersThan(Scene scene, int host) =>
        Enumerable.Range(1, scene.Group.Managers.Count).Where(other => other != host);
}

/// <summary>The others hear its heartbeats, so they elect nobody: it has to notice by itself.</summary>
internal sealed class DeafLeader : OneWayCut
{
    public override string Name => "deaf-leader";

    public override async Task StrikeAsync(Scene scene)
    {
        var leader = await scene.Group.LeaderAsync();
        var host = HostOf(scene, leader);
        foreach (var other in OthersThan(scene, host))
            await scene.Group.Lab!.Deafen(host, other);
        await scene.Group.LeaderAsync(but: leader);
        await scene.History.ProgressAsync(30, "the leader hears nobody, the others hear each other");
        await scene.Group.Lab!.Hear(host);
        await scene.Group.HealedAsync();
    }
}

/// <summary>It hears the others elect another one.</summary>
internal sealed class MuteLeader : OneWayCut
{
    public override string Name => "mute-leader";

    public override async Task StrikeAsync(Scene scene)
    {
        var leader = await scene.Group.LeaderAsync();
        var host = HostOf(scene, leader);
        foreach (var other in OthersThan(scene, host))
            await scene.Group.Lab!.Deafen(other, host);
        await scene.Group.LeaderAsync(but: leader);
        await scene.History.ProgressAsync(30, "nobody hears the leader, the others hear each other");
        foreach (var other in OthersThan(scene, host))
            await scene.Group.Lab!.Hear(other);
        await scene.Group.HealedAsync();
    }
}

/// <summary>One pair only: the follower wants an election, and everybody else hears a leader.</summary>
internal sealed class DeafFollower : OneWayCut
{
    public override string Name => "deaf-follower";

    public override async Task StrikeAsync(Scene scene)
    {
        var leader = HostOf(scene, await scene.Group.LeaderAsync());
        var host = OthersThan(scene, leader).ElementAt(scene.Chance.Next(2));
        var follower = scene.Group.Managers[host - 1];
        await scene.Group.Lab!.Deafen(host, leader);
        await Eventually.Get("a follower that hears no leader", () => follower.Api.ReadAsync("/nodes?consistency=stale"),
            nodes => GroupReadings.Leader(nodes) is null);
        await scene.History.ProgressAsync(60, "one follower does not hear the leader");
        await scene.Group.Lab!.Hear(host);
        await scene.Group.HealedAsync();
    }
}
