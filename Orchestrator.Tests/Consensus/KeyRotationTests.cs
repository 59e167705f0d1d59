using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Log;

namespace Orchestrator.Tests.Consensus;

/// <summary>A new key while the manager works; afterwards nothing needs the old one.</summary>
public sealed class KeyRotationTests
{
    private TemporaryDirectory _directory = null!;
    private RaftNodeOptions _options = null!;

    [SetUp]
    public void SetUp()
    {
        _directory = new TemporaryDirectory();
        _options = NodeBench.Options(_directory);
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public async Task On_an_idle_manager_nothing_is_left_under_the_old_key()
    {
        string[] commands = [.. Enumerable.Range(0, 50).Select(i => $"{i}")];
        await using (var node = await NodeBench.StartAsync(_options))
        {
            foreach (var command in commands)
                await node.ProposeAsync(command);
            for (var round = 0; round < 4; round++)
            {
                var old = KeyFile(_options.Directory);
                await node.Node.RotateKeyAsync(default);
                Assert.That(KeyFile(_options.Directory), Has.Length.EqualTo(old.Length), "one key as before");
                Assert.That(KeyFile(_options.Directory), Is.Not.EqualTo(old));
            }
        }
        // A file under a key that is not there is refused.
        await using var again = await NodeBench.StartAsync(_options);
        Assert.That(again.Machine.Commands, Is.EqualTo(commands));
    }

    [Test]
    public async Task After_the_change_snapshots_are_as_rare_as_before()
    {
        await using var node = await NodeBench.StartAsync(_options);
        await node.ProposeAsync("a");
        await node.Node.RotateKeyAsync(default);
        var snapshots = Snapshots(_options.Directory);
        for (var i = 0; i < 50; i++)
            await node.ProposeAsync($"{i}");
        Assert.That(Snapshots(_options.Directory), Is.EqualTo(snapshots).And.Length.EqualTo(2));
    }

    [Test]
    public async Task A_key_can_change_again_and_again_under_load()
    {
        await using var node = await NodeBench.StartAsync(_options);
        using var stop = new CancellationTokenSource();
        var accepted = new List<string>();
        var proposing = ProposeAsync();
        for (var i = 0; i < 5; i++)
            await Task.WhenAll(node.Node.RotateKeyAsync(default), node.Node.RotateKeyAsync(default));
        await stop.CancelAsync();
        await proposing;
        Assert.That(node.Machine.Commands, Is.EqualTo(accepted));

        async Task ProposeAsync()
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await node.ProposeAsync($"{i}");
                accepted.Add($"{i}");
            }
        }
    }

    [Test]
    public async Task A_follower_changes_its_key_while_nothing_else_happens()
    {
        await using var group = await NodeGroup.StartAsync(3);
        var leader = await group.LeaderAsync();
        await group.ProposeAsync(leader, "a");
        var follower = group.Followers(leader).First();
        var old = KeyFile(follower.Directory);
        await group.DriveAsync(follower.Node.RotateKeyAsync(default));
        Assert.That(KeyFile(follower.Directory), Is.Not.EqualTo(old).And.Length.EqualTo(old.Length));
        await follower.StopAsync();
        follower.Start();
        await group.AllHaveAsync("a");
    }

    [Test]
    public async Task A_key_that_is_old_is_replaced_by_itself()
    {
        await using var group = await NodeGroup.StartAsync(1);
        var member = await group.LeaderAsync();
        var old = KeyFile(member.Directory);
        var made = member.Node.Time.GetUtcNow() - KeyRotation.Lifetime + TimeSpan.FromMinutes(15);
        File.SetLastWriteTimeUtc(Path.Combine(member.Directory, DataFiles.Keys), made.UtcDateTime);
        using var stop = new CancellationTokenSource();
        var running = new KeyRotation(member.Node, NullLogger.Instance).RunAsync(stop.Token);
        var passed = 0;
        await group.UntilAsync("another key", () =>
        {
            if (!KeyFile(member.Directory).AsSpan().SequenceEqual(old))
                return true;
            group.Pass(TimeSpan.FromMinutes(1));
            passed++;
            return false;
        });
        Assert.That(passed, Is.GreaterThanOrEqualTo(15), "not before it is old");
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static byte[] KeyFile(string directory) => File.ReadAllBytes(Path.Combine(directory, DataFiles.Keys));

    private static ulong[] Snapshots(string directory) => [.. DataFiles.Indexes(directory, DataFiles.SnapshotSuffix)];
}
