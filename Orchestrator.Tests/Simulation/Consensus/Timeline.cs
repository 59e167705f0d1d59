namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>Virtual time, and what is to happen in it. Two things of the same moment happen in the order of planning.</summary>
internal sealed class Timeline
{
    /// <summary>Units of virtual time in one tick of a clock that is neither fast nor slow.</summary>
    public const long Tick = 1000;

    private readonly PriorityQueue<Action, Moment> _planned = new();
    private long _plannedSoFar;

    public long Now { get; private set; }

    public void After(long delay, Action action) => _planned.Enqueue(action, new Moment(Now + delay, _plannedSoFar++));

    /// <summary>Makes the next thing happen.</summary>
    /// <param name="until">nothing later than this</param>
    /// <returns>false when nothing is left until then; it is then that time</returns>
    public bool Step(long until)
    {
        if (!_planned.TryPeek(out _, out var moment) || moment.Time > until)
        {
            Now = until;
            return false;
        }
        Now = moment.Time;
        _planned.Dequeue()();
        return true;
    }

    private readonly record struct Moment(long Time, long Order) : IComparable<Moment>
    {
        public int CompareTo(Moment other) =>
            Time != other.Time ? Time.CompareTo(other.Time) : Order.CompareTo(other.Order);
    }
}
