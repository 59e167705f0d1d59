using Orchestrator.Serialization;

namespace Orchestrator.Model;

/// <summary>The cluster itself: one row, named <c>default</c>.</summary>
[MessagePackObject]
public sealed record Cluster : IStoreObject
{
    public const string DefaultName = "default";

    [Key(0)] public required ClusterId Id { get; init; }

    [Key(1)] public ObjectMeta Meta { get; init; } = new();

    [Key(2)] public ClusterSpec Spec { get; init; } = new();

    /// <summary>PEM of the root certificate that every node trusts.</summary>
    [Key(3)] public string CaCertificate { get; init; } = "";

    /// <summary>PEM (PKCS 8) of the root's key. A secret: never shown, never logged.</summary>
    [Key(4)] public string CaKey { get; init; } = "";

    /// <summary>Whole tokens, <c>SWMTKN-1-…</c>; shown only by the API that exists for it.</summary>
    [Key(5)] public string WorkerToken { get; init; } = "";

    [Key(6)] public string ManagerToken { get; init; } = "";

    public string Key => Id.Value;

    public string? UniqueName => DefaultName;

    public IStoreObject WithMeta(ObjectMeta meta) => this with { Meta = meta };
}

/// <summary>
/// Settings of the cluster. The swarm-mode ones without effect here are kept so that clients read back what they wrote.
/// </summary>
[MessagePackObject]
public sealed record ClusterSpec
{
    [Key(0)] public ImmutableSortedDictionary<string, string> Labels { get; init; } = StringMap.Empty;

    [Key(1)] public int TaskHistoryLimit { get; init; } = Defaults.TaskHistoryLimit;

    [Key(2)] public TimeSpan HeartbeatPeriod { get; init; } = Defaults.HeartbeatPeriod;

    [Key(3)] public TimeSpan CertificateLifetime { get; init; } = Defaults.CertificateLifetime;

    [Key(4)] public ulong SnapshotInterval { get; init; } = 10_000;

    [Key(5)] public ulong LogEntriesForSlowFollowers { get; init; } = 500;

    [Key(6)] public SchedulingStrategy Strategy { get; init; }

    /// <summary>
    /// Share of a node's CPU and memory that may be promised beyond what it has: 0.1 = one tenth more.
    /// </summary>
    [Key(7)] public double Overcommit { get; init; }
}
