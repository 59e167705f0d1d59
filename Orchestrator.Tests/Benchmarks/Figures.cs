using System.Text.Json;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>Figures as JSON lines: to the file that <c>scripts/bench.sh</c> shows, else to the test's own output.</summary>
internal static class Figures
{
    public static void Report(string figure, double value, string unit)
    {
        var line = $"{{\"figure\":{JsonSerializer.Serialize(figure)},\"value\":{Math.Round(value, 3)},\"unit\":\"{unit}\"}}";
        TestContext.Out.WriteLine(line);
        if (Environment.GetEnvironmentVariable("SWARMNET_BENCH_OUT") is { Length: > 0 } file)
            File.AppendAllText(file, line + "\n");
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
