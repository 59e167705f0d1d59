using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Agents.Sessions;

/// <summary>The managers this node knows, the one that answered last first. Used by the session loop only.</summary>
internal sealed class ManagerRoster(ImmutableArray<string> configured)
{
    private static readonly Backoff Backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(8), Jitter: 0.5);

    private ImmutableList<string> _order = [.. configured.Distinct(StringComparer.Ordinal)];
    private SessionSettings _settings = new();
    private int _failures;

    /// <summary>What the managers said last.</summary>
    public SessionSettings Settings => Volatile.Read(ref _settings);

    /// <summary>null when no manager is known.</summary>
    public string? Current => _order.Count > 0 ? _order[0] : null;

    /// <summary>Takes over what a manager said, now or before a restart of the daemon.</summary>
    public void Learn(SessionSettings settings)
    {
        Volatile.Write(ref _settings, settings);
        if (settings.Managers.Length == 0)
            return;
        var named = settings.Managers.ToHashSet(StringComparer.Ordinal);
        var kept = _order.Where(named.Contains).ToImmutableList();
        _order = [.. kept, .. settings.Managers.Where(manager => !kept.Contains(manager))];
    }

    /// <summary>The current one has answered.</summary>
    public void Succeeded() => _failures = 0;

    /// <summary>
    /// Turns to the next manager. The others are tried at once; when all have failed there is a pause.
    /// </summary>
    /// <returns>how long to wait before the next try</returns>
    public TimeSpan Failed(double chance)
    {
        if (_order.Count > 0)
            _order = _order.RemoveAt(0).Add(_order[0]);
        _failures++;
        var rounds = _failures / Math.Max(1, _order.Count);
        return Backoff.Delay(Math.Max(1, rounds), chance);
    }
}
