using Orchestrator.Consensus.Log;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>
/// Commits of three managers, three processes on one disk, and of three members of etcd, in turns. Our clients are in the
/// leader's process and propose to it directly; etcd's are in this process too, and come over gRPC without TLS. Either way
/// a commit is flushed by a majority and applied by the leader before the client goes on.
/// </summary>
[Explicit("a measurement, not a test"), NonParallelizable]
internal sealed class RaftGroupCommits
{
    private const int Clients = 64;
    private const int Rounds = 5;
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(2);

    /// <summary>What one client needs is compiled anew while it is used; that takes the processors for a while.</summary>
    private static readonly TimeSpan LongWarmup = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(3);

    [Test]
    public async Task Rates_beside_etcd()
    {
        await using var group = await RaftGroupHost.StartAsync(daemons: 2);
        await using var etcd = EtcdGroup.IsInstalled ? await EtcdGroup.StartAsync() : null;
        var writers = await RaftGroupWriters.CreateAsync(group, Clients);
        var ours = new List<double>();
        var theirs = new List<double>();
        for (var round = -1; round < Rounds; round++)
        {
            var time = round < 0 ? Warmup : Turn;
            var load = await RaftGroupLoad.RunAsync(Clients, time, writers.WriteAsync);
            var other = etcd is null ? null : await RaftGroupLoad.RunAsync(
                Clients, time, client => etcd.PutAsync(client, RaftGroupWriters.CommandBytes));
            Assert.That(group.Leads, "another manager took over: the machine is too busy to measure");
            if (round < 0)
                continue; // both are warm now
            ours.Add(load.PerSecond);
            theirs.Add(other?.PerSecond ?? 0);
            await TestContext.Out.WriteLineAsync($"{load.PerSecond:0} commits/s, etcd {other?.PerSecond:0}");
        }
        Figures.Report("raft.commits_per_s", Figures.Median(ours), "1/s");
        if (etcd is null)
        {
            await Console.Error.WriteLineAsync("etcd is not installed: nothing to compare with");
            return;
        }
        Figures.Report("raft.etcd_commits_per_s", Figures.Median(theirs), "1/s");
        Figures.Report("raft.vs_etcd.ratio", Figures.Median(ours.Zip(theirs, (our, their) => our / their)), "");
    }

    /// <summary>Of one client, beside what no such commit can do without: a flush and two round trips.</summary>
    [Test]
    public async Task Latency()
    {
        await using var group = await RaftGroupHost.StartAsync(daemons: 2);
        var writers = await RaftGroupWriters.CreateAsync(group, Clients);
        await RaftGroupLoad.RunAsync(Clients, Warmup, writers.WriteAsync);
        await RaftGroupLoad.RunAsync(1, LongWarmup, writers.WriteAsync);
        var other = group.Node.Status.Membership.Members.First(member => member.Id != group.Node.Status.Self);
        var commits = new List<double>();
        var floors = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var load = await RaftGroupLoad.RunAsync(1, Turn, writers.WriteAsync);
            Assert.That(group.Leads, "another manager took over: the machine is too busy to measure");
            var flush = FlushSpeed.Measure(new PosixDisk(), group.Scratch, TimeProvider.System) / 1000;
            var trip = await RaftGroupPing.MeasureAsync(group, other);
            commits.Add(load.Median);
            floors.Add(flush + (2 * trip));
            await TestContext.Out.WriteLineAsync($"commit {load.Median:0.000} ms, flush {flush:0.000} ms, trip {trip:0.000} ms");
        }
        Figures.Report("raft.commit_p50_ms", Figures.Median(commits), "ms");
        Figures.Report("raft.commit_p50_floor_ms", Figures.Median(floors), "ms");
    }
}
