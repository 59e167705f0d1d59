using System.Buffers;
using System.Runtime.CompilerServices;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Serialization;

namespace Orchestrator.Store;

/// <summary>
/// The replicated state machine. The log's loop is the only writer; everyone else reads <see cref="Current"/>
/// or follows <see cref="WatchAsync"/>.
/// </summary>
public sealed class StateStore : IStateMachine
{
    private readonly ChangeHistory _history = new();
    private readonly Lock _gate = new();
    private volatile StateSnapshot _current = StateSnapshot.Empty;
    private TaskCompletionSource _changed = NewSignal();

    public StateSnapshot Current => _current;

    public Applied Apply(ulong index, ReadOnlyMemory<byte> command)
    {
        var transaction = MessagePackSerializer.Deserialize<Transaction>(command);
        if (transaction.Format is < 1 or > Transaction.CurrentFormat)
            throw new InvalidDataException($"log entry {index} has format {transaction.Format}; this version knows "
                + $"formats to {Transaction.CurrentFormat} only: start the version that wrote it, or a newer one");
        return Apply(index, transaction);
    }

    /// <summary>The state that the transaction would make of this one; nothing is stored.</summary>
    /// <returns>null when it would be refused</returns>
    public static StateSnapshot? After(StateSnapshot state, Transaction transaction, out Refusal? refusal) =>
        After(state, state.Index + 1, transaction, out refusal);

    internal Applied Apply(ulong index, Transaction transaction)
    {
        if (After(_current, index, transaction, out var refusal) is not { } next)
            return new Applied(index, refusal);
        Publish(next, () => _history.Add(index, transaction.Changes));
        return new Applied(index, null);
    }

    public Action<IBufferWriter<byte>> CaptureSnapshot()
    {
        var captured = _current;
        return output => MessagePackSerializer.Serialize(output, StateImage.Of(captured));
    }

    public Action ReadSnapshot(ulong index, ReadOnlyMemory<byte> snapshot)
    {
        var image = MessagePackSerializer.Deserialize<StateImage>(snapshot);
        if (image.Format is < 1 or > StateImage.CurrentFormat)
            throw new InvalidDataException($"snapshot {index} has format {image.Format}; this version knows formats "
                + $"to {StateImage.CurrentFormat} only: start the version that wrote it, or a newer one");
        var builder = new StateBuilder(StateSnapshot.Empty, image.Objects.Length);
        if (builder.Load(image.Objects) is { } refusal)
            throw new InvalidDataException($"snapshot {index} is not consistent: {refusal.Kind} {refusal.Subject}");
        var state = builder.Build(index);
        return () => Publish(state, () => _history.Reset(index));
    }

    /// <summary>
    /// Yields the newest state whenever it is newer than <paramref name="after"/>, with the keys changed since the last
    /// yield. A slow reader skips states but misses no key; one that fell too far behind is told to look at everything.
    /// </summary>
    public async IAsyncEnumerable<StateChange> WatchAsync(ulong after, [EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            Task signal;
            StateChange? change = null;
            lock (_gate)
            {
                signal = _changed.Task;
                if (_current.Index > after)
                    change = new StateChange(_current, _history.Since(after));
            }
            if (change is null)
            {
                await signal.WaitAsync(ct);
                continue;
            }
            after = change.Snapshot.Index;
            yield return change;
        }
    }

    private static StateSnapshot? After(
        StateSnapshot state, ulong index, Transaction transaction, out Refusal? refusal)
    {
        var builder = new StateBuilder(state, transaction.Changes.Length);
        foreach (var change in transaction.Changes)
            if ((refusal = Check(builder, change, out var stored)) is not null
                || (refusal = Make(builder, change, stored, index)) is not null)
                return null;
        refusal = null;
        return builder.Build(index);
    }

    private static Refusal? Check(StateBuilder builder, Change change, out IStoreObject? stored)
    {
        if (!builder.TryFind(change.Table, change.Key, out stored))
            return change is { Kind: ChangeKind.Put, BasedOn: 0 } ? null : Refused(RefusalKind.Missing, change);
        if (change.BasedOn == 0)
            return Refused(RefusalKind.Exists, change);
        return stored.Meta.Version == change.BasedOn ? null : Refused(RefusalKind.Stale, change);
    }

    private static Refusal Refused(RefusalKind kind, Change change) => new(kind, $"{change.Table}/{change.Key}");

    private static Refusal? Make(
        StateBuilder builder, Change change, IStoreObject? stored, ulong index) => change.Kind switch
    {
        ChangeKind.Put when change.Value is { } value =>
            builder.Put(change.Table, stored, value.WithMeta(value.Meta with { Version = index })),
        ChangeKind.Delete => builder.Delete(change.Table, change.Key),
        ChangeKind.Require => null,
        _ => throw new InvalidDataException($"log entry {index} holds a change without a meaning: {change.Kind}"),
    };

    private void Publish(StateSnapshot next, Action record)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            record();
            _current = next;
            signal = _changed;
            _changed = NewSignal();
        }
        signal.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
