namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>
/// What clients know of one shared value. Each puts its own mark on top of the one that it has read, one turn further,
/// so every turn that was made but the last was read by whoever made the next.
/// </summary>
/// <param name="name">of the service that holds the value, in its labels</param>
internal sealed class TurnLedger(string name)
{
    /// <summary>What stands there before the first turn.</summary>
    public const string Nobody = "nobody";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Attempt> _attempts = [];
    private readonly SortedDictionary<int, string> _seen = [];
    private readonly List<string> _problems = [];
    private int _floor;

    public string Name => name;

    /// <summary>Who reads from now on must not see an older turn.</summary>
    public int Floor
    {
        get
        {
            lock (_gate)
                return _floor;
        }
    }

    /// <summary>The newest that was read.</summary>
    public int Last
    {
        get
        {
            lock (_gate)
                return _seen.Count == 0 ? 0 : _seen.Last().Key;
        }
    }

    /// <param name="mark">used for this attempt and no other</param>
    public void Try(string mark, int turn)
    {
        lock (_gate)
            _attempts.Add(mark, new Attempt(turn, WriteOutcome.Unknown));
    }

    public void Tell(string mark, WriteOutcome outcome)
    {
        lock (_gate)
        {
            var attempt = _attempts[mark] with { Outcome = outcome };
            _attempts[mark] = attempt;
            if (outcome == WriteOutcome.Acknowledged)
                _floor = Math.Max(_floor, attempt.Turn);
        }
    }

    /// <param name="floor">what it was before the read began</param>
    public void Saw(int floor, int turn, string mark)
    {
        lock (_gate)
        {
            if (turn < floor)
                _problems.Add($"{name}: a read showed turn {turn} after turn {floor} was known");
            if (turn == 0 ? mark != Nobody : !_attempts.TryGetValue(mark, out var attempt) || attempt.Turn != turn)
                _problems.Add($"{name}: turn {turn} has the mark {mark}, which was not meant for it");
            if (!_seen.TryAdd(turn, mark) && _seen[turn] != mark)
                _problems.Add($"{name}: turn {turn} was {_seen[turn]} and then {mark}");
            _floor = Math.Max(_floor, turn);
        }
    }

    /// <summary>After a last read, when nothing is under way any more.</summary>
    public ImmutableArray<string> Problems()
    {
        lock (_gate)
            return [.. _problems, .. _attempts.Select(attempt => Problem(attempt.Key, attempt.Value)).OfType<string>()];
    }

    private string? Problem(string mark, Attempt attempt) => (attempt.Outcome, _seen.GetValueOrDefault(attempt.Turn)) switch
    {
        (WriteOutcome.Acknowledged, var seen) when seen != mark =>
            $"{name}: {mark} was acknowledged for turn {attempt.Turn}, but there is {seen ?? "nothing"}",
        (WriteOutcome.Refused or WriteOutcome.NotSent, var seen) when seen == mark =>
            $"{name}: {mark} was refused, but turn {attempt.Turn} has it",
        _ => null,
    };

    private readonly record struct Attempt(int Turn, WriteOutcome Outcome);
}
