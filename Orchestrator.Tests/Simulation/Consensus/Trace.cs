using System.Globalization;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>All that happened. Kept only when a seed that failed is run again to be looked at.</summary>
internal sealed class Trace(Timeline time)
{
    private readonly List<string> _lines = [];

    public void Add(FormattableString what) => _lines.Add(string.Create(CultureInfo.InvariantCulture,
        $"{(double)time.Now / Timeline.Tick,9:F3} {FormattableString.Invariant(what)}"));

    public string Last(int count) => string.Join('\n', _lines.TakeLast(count));
}
