using Orchestrator.Serialization;

namespace Orchestrator.Model;

/// <summary>A row of the replicated store: immutable, versioned, found by its key.</summary>
[Union(0, typeof(Cluster))]
[Union(1, typeof(Node))]
[Union(2, typeof(Service))]
[Union(3, typeof(ServiceRevision))]
[Union(4, typeof(ServiceTask))]
public interface IStoreObject
{
    /// <summary>Unique in its table, ordinal.</summary>
    string Key { get; }

    /// <summary>Unique in its table when not null, ignoring case.</summary>
    string? UniqueName { get; }

    ObjectMeta Meta { get; }

    /// <summary>The same object with other system data.</summary>
    IStoreObject WithMeta(ObjectMeta meta);
}

/// <summary>The tables of the store. The numbers are on disk: never reuse one.</summary>
public enum Table
{
    Clusters = 0,
    Nodes = 1,
    Services = 2,
    Revisions = 3,
    Tasks = 4,
}

/// <summary>System data of an object.</summary>
[MessagePackObject]
public sealed record ObjectMeta
{
    /// <summary>The log index that wrote the object; set by Apply, whatever the proposer wrote.</summary>
    [Key(0)] public ulong Version { get; init; }

    [Key(1)] public DateTimeOffset CreatedAt { get; init; }

    [Key(2)] public DateTimeOffset UpdatedAt { get; init; }

    public static ObjectMeta New(DateTimeOffset now) => new() { CreatedAt = now, UpdatedAt = now };

    public ObjectMeta Touched(DateTimeOffset now) => this with { UpdatedAt = now };
}

/// <summary>String maps in ordinal order, so that no decision depends on a hash seed.</summary>
public static class StringMap
{
    public static ImmutableSortedDictionary<string, string> Empty { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
