namespace Orchestrator.Consensus;

/// <summary>
/// One time of office of this member. It begins when all that was committed before it is applied here, and it ends
/// before anything of a later term is applied: who decides as the leader decides within it.
/// </summary>
internal sealed class Leadership : IDisposable
{
    private readonly CancellationTokenSource _lost = new();

    internal Leadership(ulong term)
    {
        Term = term;
        Lost = _lost.Token;
    }

    /// <summary>Commands fenced by it count in no other term.</summary>
    public ulong Term { get; }

    /// <summary>Cancelled as soon as the leadership is lost.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Cancelled when this returns; completes when all who registered have been told.</summary>
    internal Task EndAsync() => _lost.CancelAsync();

    public void Dispose() => _lost.Dispose();
}
