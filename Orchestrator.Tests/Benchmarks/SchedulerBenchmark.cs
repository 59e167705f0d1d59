using Orchestrator.Model;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>
/// Snapshots in, transactions out and applied, in memory: each task is a service of its own, as hard as it gets, since
/// nothing is decided for two at once.
/// </summary>
[Explicit("a measurement, not a test"), NonParallelizable]
internal sealed class SchedulerBenchmark
{
    private const int Rounds = 3;

    [OneTimeSetUp]
    public void Warm()
    {
        foreach (var shape in new Func<ServiceSpec, int, ServiceSpec>[] { Plain, Constrained, Affine, AntiAffine })
            Measure(100, 20_000, shape);
    }

    [Test]
    public void Thousand_nodes() =>
        Figures.Report("scheduler.placements_per_s.1k_nodes_100k_tasks", Rate(1000, 100_000, Plain), "1/s");

    [Test]
    public void Ten_thousand_nodes() =>
        Figures.Report("scheduler.placements_per_s.10k_nodes_100k_tasks", Rate(10_000, 100_000, Plain), "1/s");

    [Test]
    public void Reservations_two_constraints_and_a_zone_preference() =>
        Figures.Report("scheduler.placements_per_s.constrained", Rate(1000, 100_000, Constrained), "1/s");

    [Test]
    public void Service_affinity_and_anti_affinity()
    {
        var near = Rate(1000, 100_000, Affine);
        var away = Rate(1000, 100_000, AntiAffine);
        TestContext.Out.WriteLine($"affinity {near:0}/s, anti-affinity {away:0}/s");
        Figures.Report("scheduler.placements_per_s.affinity", Math.Min(near, away), "1/s");
    }

    [Test]
    public void Curve()
    {
        foreach (var nodes in new[] { 100, 1000, 10_000, 100_000 })
            Figures.Report($"scheduler.us_per_task.{nodes}_nodes", 1_000_000 / Rate(nodes, 100_000, Plain), "us");
    }

    [Test]
    public void One_more_task_with_ten_thousand_nodes()
    {
        var content = new SchedulerContent(10_000, 100_000, Plain);
        content.PlaceAll();
        var times = new List<double>();
        for (var round = 0; round < 101; round++)
        {
            content.AddService(round, Plain);
            times.Add(content.PlaceAll().TotalMilliseconds);
        }
        Figures.Report("scheduler.single_ms", Figures.Median(times), "ms");
        times.Clear();
        content.AddService(1000, Plain, replicas: 20_000);
        content.PlaceAll();
        for (var round = 0; round < 101; round++)
        {
            content.AddTask(1000, 20_001 + round);
            times.Add(content.PlaceAll().TotalMilliseconds);
        }
        Figures.Report("scheduler.single_of_a_large_service_ms", Figures.Median(times), "ms");
    }

    private static double Rate(int nodes, int tasks, Func<ServiceSpec, int, ServiceSpec> shape) =>
        Figures.Median([.. Enumerable.Range(0, Rounds).Select(_ => Measure(nodes, tasks, shape))]);

    /// <summary>Placements a second.</summary>
    internal static double Measure(int nodes, int tasks, Func<ServiceSpec, int, ServiceSpec> shape)
    {
        var content = new SchedulerContent(nodes, tasks, shape);
        GC.Collect();
        return tasks / content.PlaceAll().TotalSeconds;
    }

    internal static ServiceSpec Plain(ServiceSpec spec, int number) => spec;

    private static ServiceSpec Constrained(ServiceSpec spec, int number) => spec with
    {
        Template = spec.Template with
        {
            Resources = new ResourceRequirements
            {
                Reservations = new NodeResources { NanoCpus = 10_000_000 * (1 + (number % 4)), MemoryBytes = 16 << 20 },
            },
            Placement = new Placement
            {
                Constraints = ["node.labels.disk==ssd", "node.platform.os==linux"], Spread = ["node.labels.zone"],
            },
        },
    };

    /// <summary>To one of the hundred services that were placed first.</summary>
    private static ServiceSpec Affine(ServiceSpec spec, int number) =>
        number < 100 ? spec : WithAffinity(spec, $"service==service-{number % 100}");

    private static ServiceSpec AntiAffine(ServiceSpec spec, int number) =>
        number < 100 ? spec : WithAffinity(spec, $"service!=service-{number % 100}");

    private static ServiceSpec WithAffinity(ServiceSpec spec, string affinity) =>
        spec with { Labels = StringMap.Empty.Add("swarmnet.affinities", $"[\"{affinity}\"]") };
}
