namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>What a fault strikes.</summary>
internal sealed record Scene(ChaosGroup Group, History History, Random Chance)
{
    public DaemonProcess AnyManager() => Group.Managers[Chance.Next(Group.Managers.Count)];
}

/// <summary>Something that happens to a group of managers while clients write, again and again.</summary>
internal abstract class Fault
{
    public static ImmutableArray<Fault> All { get; } =
    [
        new KilledLeader(), new FrozenLeader(), new FailingFlush(), new SlowFlush(), new FullDisk(),
        new DeafLeader(), new MuteLeader(), new DeafFollower(),
    ];

    /// <summary>What it is called on a command line.</summary>
    public abstract string Name { get; }

    public virtual Surroundings Surroundings => default;

    /// <summary>How often it strikes in a short test.</summary>
    public virtual int Rounds => 1;

    /// <summary>One strike, and what has to become of the group then; it ends healed, or on the way to it.</summary>
    public abstract Task StrikeAsync(Scene scene);

    /// <summary>Ignores the test where it cannot be made.</summary>
    public virtual void Require()
    {
    }

    public override string ToString() => Name;

    /// <summary>A manager ends by itself, says why, and comes back when the reason is gone.</summary>
    protected static async Task EndsAndComesBackAsync(Scene scene, DaemonProcess manager, string reason, Action mend)
    {
        Assert.That(await manager.ExitCodeAsync(), Is.EqualTo(1), "a failure, so that its supervisor starts it again");
        Assert.That(manager.ReadLog(), Does.Contain(reason));
        await scene.History.ProgressAsync(30, "two managers of three are enough");
        mend();
        await manager.StartAgainAsync();
        await scene.Group.HealedAsync();
    }
}

internal sealed class KilledLeader : Fault
{
    public override string Name => "kill";

    public override int Rounds => 3;

    public override async Task StrikeAsync(Scene scene)
    {
        var leader = await scene.Group.LeaderAsync();
        await leader.Kill9Async();
        await scene.History.ProgressAsync(scene.Chance.Next(1, 60), "the leader was killed");
        await leader.StartAgainAsync();
        await scene.History.ProgressAsync(scene.Chance.Next(1, 60), "the leader came back");
    }
}

/// <summary>It wakes up and believes that no time has passed.</summary>
internal sealed class FrozenLeader : Fault
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public override string Name => "freeze";

    public override int Rounds => 1;

    public override async Task StrikeAsync(Scene scene)
    {
        var leader = await scene.Group.LeaderAsync();
        Programs.Kill(leader.Pid, "STOP");
        await scene.Group.LeaderAsync(but: leader);
        await scene.History.ProgressAsync(20, "the leader was frozen and there is another one");
        // These wait in its socket: the first that it does is to answer them, as the leader that it was.
        var name = $"f{scene.Chance.Next()}";
        var asked = Enumerable.Range(0, History.Registers)
            .Select(register => AskAsync(new LoadClient($"{name}-{register}", [leader.Api], scene.History, scene.Chance)
            {
                Limit = Limit,
            }, register))
            .ToArray();
        await scene.History.ProgressAsync(20, "the leader is frozen");
        Programs.Kill(leader.Pid, "CONT");
        await Task.WhenAll(asked);
        await scene.Group.HealedAsync();
    }

    /// <summary>What it reads is held against what others had read and written before.</summary>
    private static Task AskAsync(LoadClient client, int register) =>
        Task.WhenAll(client.ReadAsync(register), client.TakeTurnAsync(register));
}
