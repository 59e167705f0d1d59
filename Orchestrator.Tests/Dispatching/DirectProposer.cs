using Orchestrator.Primitives;
using Orchestrator.Serialization;
using Orchestrator.Store;

namespace Orchestrator.Tests.Dispatching;

/// <summary>Applies each command at once, in the place of a log. It can be held, and others can be faster.</summary>
internal sealed class DirectProposer(StateStore store) : IProposer
{
    private readonly Lock gate = new();
    private ulong index;
    private int proposals;
    private Change[] faster = [];
    private TaskCompletionSource open = Opened();

    /// <summary>Commands that were proposed, held ones too.</summary>
    public int Proposals => Volatile.Read(ref proposals);

    public int MaxBytes { get; set; } = int.MaxValue;

    /// <summary>Commands wait from now on.</summary>
    public void Hold() => Volatile.Write(ref open, new(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Release() => Volatile.Read(ref open).TrySetResult();

    /// <summary>These changes are applied just before the next command, as if someone else had been faster.</summary>
    public void BeOvertakenBy(params Change[] changes) => faster = changes;

    public async ValueTask<Applied> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken ct)
    {
        Interlocked.Increment(ref proposals);
        if (command.Length > MaxBytes)
            throw new ProposalException(ProposalFailure.TooLarge, $"{command.Length} bytes");
        await Volatile.Read(ref open).Task.WaitAsync(ct);
        lock (gate)
        {
            var first = faster;
            faster = [];
            if (first.Length > 0)
                store.Apply(++index, MessagePackSerializer.Serialize(Transaction.Of(first)));
            return store.Apply(++index, command);
        }
    }

    /// <summary>Runs before the state is confirmed.</summary>
    public Func<CancellationToken, Task> Barrier { get; set; } = _ => Task.CompletedTask;

    public ValueTask ReadBarrierAsync(CancellationToken ct) => new(Barrier(ct));

    public void Apply(params ReadOnlySpan<Change> changes)
    {
        lock (gate)
        {
            var applied = store.Apply(++index, MessagePackSerializer.Serialize(Transaction.Of(changes)));
            Assert.That(applied.Refusal, Is.Null);
        }
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}
