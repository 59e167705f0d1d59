using System.Diagnostics;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>In a process of its own: what it takes at most is one of its figures.</summary>
[Explicit("a measurement, not a test"), NonParallelizable]
internal sealed class LargestSchedulerBenchmark
{
    [Test]
    public void Hundred_thousand_nodes_with_a_million_tasks()
    {
        var rate = SchedulerBenchmark.Measure(100_000, 1_000_000, SchedulerBenchmark.Plain);
        Figures.Report("scheduler.placements_per_s.100k_nodes_1m_tasks", rate, "1/s");
        using var self = Process.GetCurrentProcess();
        Figures.Report("scheduler.peak_mb.100k_nodes_1m_tasks", self.PeakWorkingSet64 / (double)(1 << 20), "MB");
    }
}
