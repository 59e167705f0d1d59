using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Serialization;

namespace Orchestrator.Store;

/// <summary>A decision as a list of changes, accepted or refused as a whole.</summary>
[MessagePackObject]
public sealed record Transaction
{
    /// <summary>
    /// Meaning of the changes; a state machine that knows only lower numbers stops instead of guessing. Raised with
    /// every change of a record in the log, also by one key, since an older version would skip that key and then hold
    /// another state; lower formats stay readable.
    /// </summary>
    public const int CurrentFormat = 4;

    [Key(0)] public int Format { get; init; } = CurrentFormat;

    [Key(1)] public ImmutableArray<Change> Changes { get; init; } = [];

    public static Transaction Of(params ReadOnlySpan<Change> changes) => new() { Changes = [.. changes] };
}

public enum ChangeKind
{
    Put = 0,
    Delete = 1,

    /// <summary>
    /// Changes nothing; refuses the transaction when the object is not the one the decision was made on.
    /// </summary>
    Require = 2,
}

/// <summary>One change of one object, bound to the version it was decided on.</summary>
[MessagePackObject]
public sealed record Change
{
    [Key(0)] public required ChangeKind Kind { get; init; }

    [Key(1)] public required Table Table { get; init; }

    [Key(2)] public required string Key { get; init; }

    /// <summary>Version of the object the decision was made on; 0 = it does not exist yet.</summary>
    [Key(3)] public ulong BasedOn { get; init; }

    /// <summary>The new object of a put.</summary>
    [Key(4)] public IStoreObject? Value { get; init; }

    public static Change Create(IStoreObject value) =>
        new() { Kind = ChangeKind.Put, Table = TableOf(value), Key = value.Key, Value = value };

    /// <param name="value">made from the stored object by <c>with</c>: its version is the one it was decided on</param>
    public static Change Update(IStoreObject value)
    {
        Invariant.Require(value.Meta.Version > 0, "an update is made from a stored object");
        return new()
        {
            Kind = ChangeKind.Put, Table = TableOf(value), Key = value.Key, BasedOn = value.Meta.Version, Value = value,
        };
    }

    public static Change Delete(IStoreObject value) =>
        new() { Kind = ChangeKind.Delete, Table = TableOf(value), Key = value.Key, BasedOn = value.Meta.Version };

    public static Change Require(IStoreObject value) =>
        new() { Kind = ChangeKind.Require, Table = TableOf(value), Key = value.Key, BasedOn = value.Meta.Version };

    public static Table TableOf(IStoreObject value) => value switch
    {
        Cluster => Table.Clusters,
        Node => Table.Nodes,
        Service => Table.Services,
        ServiceRevision => Table.Revisions,
        ServiceTask => Table.Tasks,
        _ => throw new InvariantException($"no table holds {value.GetType().Name}"),
    };
}
