using System.Diagnostics;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>
/// End to end, without the API: services are created, the controllers make their tasks and place them, each step a
/// transaction that two of three managers have flushed. Each node has the session of a simulated agent that gets its tasks
/// and reports them running, through the log as well, while others are still placed. All of it shares one machine: the
/// leader and the agents are in this process, the other managers are two daemons. Tasks of earlier rounds stay.
/// </summary>
[Explicit("a measurement, not a test"), NonParallelizable]
internal sealed class PlacementBenchmark
{
    private const int Nodes = 1000;
    private const int Services = 50;
    private const int TasksOfEach = 1000;
    private const int Rounds = 3;
    private const int WarmupTasksOfEach = 200;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [Test]
    public async Task Services_at_once()
    {
        using var limit = new CancellationTokenSource(Limit);
        await using var group = await RaftGroupHost.StartAsync(daemons: 2);
        await using var nodes = await SimulatedNodes.StartAsync(group, Nodes, limit.Token);
        var rates = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            var each = round == 0 ? WarmupTasksOfEach : TasksOfEach;
            var placing = PlaceAsync(group, round, each, limit.Token);
            Assert.That(await Task.WhenAny(placing, nodes.Ended), Is.SameAs(placing),
                "sessions ended, or another manager took over: the machine is too busy to measure");
            var seconds = await placing;
            await TestContext.Out.WriteLineAsync($"{Services * each} tasks in {seconds:0.00} s");
            if (round > 0)
                rates.Add(Services * each / seconds);
        }
        Figures.Report("scheduler.raft_placements_per_s", Figures.Median(rates), "1/s");
    }

    /// <summary>From the first create until all tasks have a node; returns once all of them run.</summary>
    /// <returns>seconds</returns>
    private static async Task<double> PlaceAsync(RaftGroupHost group, int round, int replicas, CancellationToken ct)
    {
        var tasks = group.Store.Current.Tasks.Count + (Services * replicas);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Services).Select(
            number => CreateAsync(group, $"service-{round}-{number}", replicas)));
        await UntilAsync(group, state => state.Tasks.Count == tasks && !state.HasUnplacedTasks, ct);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await Eventually.True("all tasks run", () => group.Store.Current.Tasks.Values.All(
            task => task is { NodeId: not null, Status.State: TaskState.Running }), Limit);
        return seconds;
    }

    private static async Task UntilAsync(RaftGroupHost group, Func<StateSnapshot, bool> isSo, CancellationToken ct)
    {
        await foreach (var change in group.Store.WatchAsync(after: 0, ct))
            if (isSo(change.Snapshot))
                return;
    }

    private static Task CreateAsync(RaftGroupHost group, string name, int replicas)
    {
        var (id, now) = (new ServiceId(IdSource.Secure.Next()), TimeProvider.System.GetUtcNow());
        var spec = new ServiceSpec
        {
            Name = name,
            Labels = StringMap.Empty.Add("com.example.team", "team1"),
            Template = new TaskTemplate
            {
                Container = new ContainerSpec
                {
                    Image = "registry.example.com/team/application:1.2.3", Args = ["serve", "--port", "8080"],
                    Env = ["LOG_LEVEL=info", $"NAME={name}"],
                },
                // The managers' own agents would start real processes.
                Placement = new Placement { Constraints = ["node.role==worker"] },
            },
            Mode = new ServiceMode { Replicas = (ulong)replicas },
        };
        return group.ProposeAsync(
            Change.Create(new Service { Id = id, Meta = ObjectMeta.New(now), Spec = spec }),
            Change.Create(new ServiceRevision { ServiceId = id, Meta = ObjectMeta.New(now), Number = 1, Spec = spec }));
    }
}
