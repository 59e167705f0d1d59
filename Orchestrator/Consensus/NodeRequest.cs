using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus;

/// <summary>What a caller asks of the node's loop besides proposals.</summary>
internal abstract class NodeRequest(CancellationToken ct)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The caller gave up.</summary>
    public bool IsWithdrawn => ct.IsCancellationRequested;

    public Task Outcome => _done.Task;

    /// <summary>When it was taken, in ticks.</summary>
    public long TakenAt { get; set; }

    public void Complete() => _done.TrySetResult();

    public void Fail(Exception reason) => _done.TrySetException(reason);

    /// <summary>The state here must be as new as every command acknowledged before the call.</summary>
    internal sealed class Read(CancellationToken ct) : NodeRequest(ct);

    /// <summary>A wish that only a leader takes; done when the entry that it makes is applied here.</summary>
    /// <param name="ask">asks the core, on the loop; throws <see cref="MembershipException"/></param>
    internal sealed class Change(Func<RaftCore, LogPosition> ask, CancellationToken ct) : NodeRequest(ct)
    {
        /// <returns>where the entry is</returns>
        public LogPosition Ask(RaftCore core) => ask(core);
    }

    /// <summary>Something done on the loop at once.</summary>
    /// <param name="action">may throw <see cref="MembershipException"/></param>
    internal sealed class Call(Action<RaftCore> action, CancellationToken ct) : NodeRequest(ct)
    {
        public void Run(RaftCore core)
        {
            try
            {
                action(core);
                Complete();
            }
            catch (MembershipException e)
            {
                Fail(e);
            }
        }
    }
}
