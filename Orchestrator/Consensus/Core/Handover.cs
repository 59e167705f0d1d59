namespace Orchestrator.Consensus.Core;

/// <summary>The leader gives its office to another, and takes no proposals until it did or it took too long.</summary>
internal sealed class Handover(RaftState state)
{
    private Progress? _to;
    private int _age;
    private bool _isTold;

    public bool IsUnderWay => _to is not null;

    public void Begin(Progress to)
    {
        _to = to;
        _age = 0;
        _isTold = false;
        Advance();
    }

    /// <summary>Tells the other to stand as soon as it has everything.</summary>
    public void Advance()
    {
        if (_to is null || _isTold || _to.Match < state.Log.Last.Index)
            return;
        _isTold = true;
        state.Outbox.Send(new Message.TimeoutNow(state.Self, _to.Id, state.Term));
    }

    public void Tick()
    {
        if (_to is not null && ++_age >= state.Options.ElectionTicks)
            _to = null;
    }
}
