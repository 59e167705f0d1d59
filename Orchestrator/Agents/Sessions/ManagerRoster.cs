using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Agents.Sessions;

/// <summary>
/// The managers this node knows, and which of them to try next. Only the one that leads takes sessions; the others say
/// who it is. Used by the session loop only; anyone may read <see cref="Current"/> and <see cref="Settings"/>.
/// </summary>
/// <param name="configured">they stay known whatever a session names</param>
/// <param name="heard">known until a session names others</param>
internal sealed class ManagerRoster(ImmutableArray<string> configured, params IEnumerable<string> heard)
{
    private static readonly Backoff Backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(8), Jitter: 0.5);

    /// <summary>
    /// Managers answer, and none leads: there will be a leader soon, and it should not wait for its nodes. The pause
    /// grows slowly, by <see cref="TriesOfElection"/>, because all nodes ask at once.
    /// </summary>
    private static readonly Backoff Election =
        new(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(3), Jitter: 0.5);
    private const int TriesOfElection = 20;

    /// <summary>For a connection while others are known: a host that drops packets must not cost seconds.</summary>
    private static readonly Backoff Patience =
        new(TimeSpan.FromMilliseconds(500), ClusterConnector.ConnectTimeout, Jitter: 0);

    private ImmutableList<string> _order = [.. configured.Concat(heard).Distinct(StringComparer.Ordinal)];
    private SessionSettings _settings = new();
    private string? _answered;
    private string? _hinted;
    private string _leader = "";
    private int _failures;
    private int _electionTries;

    /// <summary>What the managers said last.</summary>
    public SessionSettings Settings => Volatile.Read(ref _settings);

    /// <summary>null when no manager is known.</summary>
    public string? Current => Volatile.Read(ref _hinted) ?? First(Volatile.Read(ref _order));

    /// <summary>All that are known, the one to try next first.</summary>
    public ImmutableArray<string> Known => [.. Volatile.Read(ref _order)];

    /// <summary>How long to try to connect to the current one; longer from round to round.</summary>
    public TimeSpan ConnectLimit =>
        _order.Count < 2 ? ClusterConnector.ConnectTimeout : Patience.Delay(_failures / _order.Count + 1, 0);

    /// <summary>
    /// A manager that says this leads no more: one of a later term was heard here before, maybe before a restart.
    /// </summary>
    /// <remarks>Terms of another incarnation say nothing: after a restore they begin anew.</remarks>
    public bool IsFormer(SessionSettings settings) =>
        settings.Incarnation == Settings.Incarnation && settings.Term < Settings.Term;

    /// <summary>Takes over what a manager said, now or before a restart of the daemon.</summary>
    public void Learn(SessionSettings settings)
    {
        Volatile.Write(ref _settings, settings);
        if (settings.Managers.Length == 0)
            return;
        var named = settings.Managers.ToHashSet(StringComparer.Ordinal);
        // Before anyone has answered, those that the daemon names come first: one of them may be this very host.
        var first = _answered is null ? _order.Where(configured.Contains) : [_answered];
        var all = first.Concat(_order.Where(named.Contains)).Concat(settings.Managers).Concat(configured);
        Volatile.Write(ref _order, [.. all.Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>The current one has taken the session.</summary>
    public void Succeeded()
    {
        if (Current is { } current)
            Volatile.Write(ref _order, [current, .. _order.Remove(current)]);
        _answered = Current;
        Volatile.Write(ref _hinted, null);
        (_leader, _failures, _electionTries) = ("", 0, 0);
    }

    /// <summary>The current one has answered, and does not lead. <see cref="Failed"/> comes next.</summary>
    /// <param name="leader"><c>ip:port</c> of who leads, as it says; empty when it does not know</param>
    public void Deferred(string leader)
    {
        _leader = leader;
        _electionTries = _order.Count + 1;
    }

    /// <summary>
    /// Turns to the manager that leads, when the current one has named it: at once, but only once, since two managers
    /// may each believe that the other leads. Else to the next one; pauses grow with each round of all.
    /// </summary>
    /// <returns>how long to wait before the next try</returns>
    public TimeSpan Failed(double chance)
    {
        var (tried, wasHinted, leader) = (Current, _hinted is not null, _leader);
        Volatile.Write(ref _hinted, null);
        _leader = "";
        if (First(_order) is { } first && first == tried)
            Volatile.Write(ref _order, _order.RemoveAt(0).Add(first));
        if (leader.Length > 0 && leader != tried && !wasHinted)
        {
            Volatile.Write(ref _hinted, leader);
            return TimeSpan.Zero;
        }
        _failures++;
        var pause = Backoff.Delay(Math.Max(1, _failures / Math.Max(1, _order.Count)), chance);
        if (_electionTries == 0)
            return pause;
        _electionTries--;
        var shorter = Election.Delay(1 + (_failures / TriesOfElection), chance);
        return pause < shorter ? pause : shorter;
    }

    private static string? First(ImmutableList<string> order) => order.Count > 0 ? order[0] : null;
}
