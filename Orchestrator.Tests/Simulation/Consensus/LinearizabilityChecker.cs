namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>
/// Decides whether the clients' history is linearizable. The log gives the order to be checked: a write stands where it first took
/// effect, a read behind the index that was applied when it was answered. That order is right exactly if no operation stands before
/// one that had ended before it began, and every read saw what stands before it. Both are decided as the events come.
/// </summary>
internal sealed class LinearizabilityChecker
{
    private readonly Dictionary<(int Client, int Sequence), Operation> _writes = [];
    private readonly List<ValueAt>[] _values = [.. Enumerable.Range(0, Register.Keys).Select(_ => new List<ValueAt> { default })];
    private ulong _latestEnd;

    public int CompletedWrites { get; private set; }

    public int CompletedReads { get; private set; }

    /// <summary>A client asks.</summary>
    public void Begin(Operation operation)
    {
        operation.Floor = _latestEnd;
        if (operation.Write is { } write)
            _writes.Add((write.Client, write.Sequence), operation);
    }

    /// <summary>The next entry of the log is known.</summary>
    public void Committed(Outcome outcome)
    {
        if (!outcome.HadEffect || outcome.Command is not { } command)
            return;
        SafetyViolation.Unless(_writes.TryGetValue((command.Client, command.Sequence), out var operation)
            && operation.Write == command, "only what was asked for is done", () => $"{command}");
        SafetyViolation.Unless(operation!.Index == 0, "nothing is done twice",
            () => $"{command} at {operation.Index} and {outcome.Entry.Index}");
        SafetyViolation.Unless(outcome.Entry.Index > operation.Floor, "writes respect real time",
            () => $"{command} at {outcome.Entry.Index}, begun behind {operation.Floor}");
        operation.Index = outcome.Entry.Index;
        _values[command.Key].Add(new ValueAt(outcome.Entry.Index, outcome.Value));
    }

    /// <summary>A client was told that its write is done.</summary>
    public void EndWrite(Operation operation)
    {
        SafetyViolation.Unless(operation.Index > 0, "nothing acknowledged is lost", () => $"{operation.Write}");
        _latestEnd = Math.Max(_latestEnd, operation.Index);
        CompletedWrites++;
    }

    /// <summary>A client got an answer.</summary>
    /// <param name="index">applied by the member that answered</param>
    public void EndRead(Operation operation, ulong index, ulong value)
    {
        SafetyViolation.Unless(index >= operation.Floor, "reads are not stale",
            () => $"client {operation.Client} read at {index}, begun behind {operation.Floor}");
        var expected = ValueBehind(operation.Key, index);
        SafetyViolation.Unless(value == expected, "reads see the writes before them",
            () => $"client {operation.Client} read {value:x} at {index}, expected {expected:x}");
        _latestEnd = Math.Max(_latestEnd, index);
        CompletedReads++;
    }

    private ulong ValueBehind(int key, ulong index)
    {
        var values = _values[key];
        var at = values.Count - 1;
        while (values[at].Index > index)
            at--;
        return values[at].Value;
    }

    private readonly record struct ValueAt(ulong Index, ulong Value);
}

/// <summary>Something that a client wants, from its first asking to the answer.</summary>
/// <param name="Client">who</param>
/// <param name="Key">of what</param>
/// <param name="Write">null: a read</param>
internal sealed record Operation(int Client, int Key, Command? Write)
{
    /// <summary>The latest place in the log of all that had ended when this began.</summary>
    public ulong Floor { get; set; }

    /// <summary>Of a write: where it took effect; 0 when it did not yet.</summary>
    public ulong Index { get; set; }
}
