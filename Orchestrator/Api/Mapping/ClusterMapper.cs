using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Model;
using Orchestrator.Scheduling;

namespace Orchestrator.Api.Mapping;

internal static class ClusterMapper
{
    /// <summary>Docker has no field for how much more may be promised than there is; nor for the strategy.</summary>
    public const string OvercommitLabel = "swarmnet.overcommit";

    /// <summary>Ten times as much as there is: beyond that it is a slip.</summary>
    private const double MostOvercommit = 9;

    /// <summary>What clients expect to read back although nothing here depends on it.</summary>
    private const int ElectionTick = 10;
    private const int HeartbeatTick = 1;
    private const uint SubnetSize = 24;
    private const uint DataPathPort = 4789;

    private const int MaxTaskHistory = 1000;
    private static readonly TimeSpan ShortestHeartbeat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestHeartbeat = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromHours(1);

    /// <param name="withTokens">only for the endpoint that exists to show them</param>
    public static SwarmDto Write(Cluster cluster, TlsInfoDto trust, bool withTokens) => new()
    {
        Id = cluster.Id.Value,
        Version = Meta.Version(cluster.Meta),
        CreatedAt = cluster.Meta.CreatedAt,
        UpdatedAt = cluster.Meta.UpdatedAt,
        Spec = Write(cluster.Spec),
        TlsInfo = trust,
        SubnetSize = SubnetSize,
        DataPathPort = DataPathPort,
        JoinTokens = withTokens ? new() { Worker = cluster.WorkerToken, Manager = cluster.ManagerToken } : null,
    };

    /// <summary>The spec with the changes that the request makes; 0 and absence keep what is there.</summary>
    /// <exception cref="ApiException">a value without a meaning, or of something that is not available</exception>
    public static ClusterSpec Read(SwarmSpecDto dto, ClusterSpec current)
    {
        RefuseUnavailable(dto);
        var labels = Wire.Texts(dto.Labels);
        return current with
        {
            Labels = labels,
            Strategy = Strategy(labels),
            Overcommit = Overcommit(labels),
            TaskHistoryLimit = HistoryLimit(dto.Orchestration?.TaskHistoryRetentionLimit) ?? current.TaskHistoryLimit,
            HeartbeatPeriod = HeartbeatPeriod(dto.Dispatcher?.HeartbeatPeriod ?? 0) ?? current.HeartbeatPeriod,
            CertificateLifetime = Lifetime(dto.CaConfig?.NodeCertExpiry ?? 0) ?? current.CertificateLifetime,
            SnapshotInterval = OrKeep(dto.Raft?.SnapshotInterval, current.SnapshotInterval),
            LogEntriesForSlowFollowers =
                OrKeep(dto.Raft?.LogEntriesForSlowFollowers, current.LogEntriesForSlowFollowers),
        };
    }

    private static SwarmSpecDto Write(ClusterSpec spec) => new()
    {
        Name = Cluster.DefaultName,
        Labels = spec.Labels,
        Orchestration = new() { TaskHistoryRetentionLimit = spec.TaskHistoryLimit },
        Raft = new()
        {
            SnapshotInterval = spec.SnapshotInterval,
            KeepOldSnapshots = 0,
            LogEntriesForSlowFollowers = spec.LogEntriesForSlowFollowers,
            ElectionTick = ElectionTick,
            HeartbeatTick = HeartbeatTick,
        },
        Dispatcher = new() { HeartbeatPeriod = Wire.Nanoseconds(spec.HeartbeatPeriod) },
        CaConfig = new() { NodeCertExpiry = Wire.Nanoseconds(spec.CertificateLifetime) },
    };

    private static void RefuseUnavailable(SwarmSpecDto dto)
    {
        if (dto.Name is not (null or "" or Cluster.DefaultName))
            throw ApiException.Bad($"swarm spec must be named \"{Cluster.DefaultName}\"");
        if (dto.EncryptionConfig?.AutoLockManagers == true)
            throw ApiException.NotImplemented(
                "EncryptionConfig.AutoLockManagers: locking managers is not available yet");
        if (dto.CaConfig is { } ca && (ca.ExternalCas is { Count: > 0 } || ca.ForceRotate > 0
            || !string.IsNullOrEmpty(ca.SigningCaCert) || !string.IsNullOrEmpty(ca.SigningCaKey)))
            throw ApiException.NotImplemented(
                "CAConfig: other CAs and the rotation of the cluster's CA are not available yet");
        if (dto.TaskDefaults?.LogDriver is { Name.Length: > 0 })
            throw ApiException.NotImplemented("TaskDefaults.LogDriver: a log driver for all services is not available "
                + "yet: set it for each service");
    }

    private static SchedulingStrategy Strategy(ImmutableSortedDictionary<string, string> labels) =>
        Strategies.ProblemOf(labels) is { } problem
            ? throw ApiException.Bad(problem)
            : Strategies.Of(labels) ?? SchedulingStrategy.Spread;

    private static double Overcommit(ImmutableSortedDictionary<string, string> labels)
    {
        if (!labels.TryGetValue(OvercommitLabel, out var text))
            return 0;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
            && share is >= 0 and <= MostOvercommit
            ? share
            : throw ApiException.Bad($"label {OvercommitLabel}: need a number from 0 to {MostOvercommit}, 0.1 for "
                + "a tenth more");
    }

    private static int? HistoryLimit(long? limit) => limit switch
    {
        null => null,
        >= 0 and <= MaxTaskHistory => (int)limit.Value,
        _ => throw ApiException.Bad(
            $"Orchestration.TaskHistoryRetentionLimit: need 0 to {MaxTaskHistory} old tasks for each slot"),
    };

    private static TimeSpan? HeartbeatPeriod(long nanoseconds)
    {
        if (nanoseconds < 0)
            throw ApiException.Bad("heartbeat time period cannot be a negative duration");
        if (nanoseconds == 0)
            return null;
        var period = Wire.Time(nanoseconds, "Dispatcher.HeartbeatPeriod");
        return period >= ShortestHeartbeat && period <= LongestHeartbeat
            ? period
            : throw ApiException.Bad($"Dispatcher.HeartbeatPeriod: need {ShortestHeartbeat.TotalSeconds} to "
                + $"{LongestHeartbeat.TotalSeconds} seconds");
    }

    private static TimeSpan? Lifetime(long nanoseconds)
    {
        if (nanoseconds == 0)
            return null;
        var lifetime = nanoseconds < 0 ? TimeSpan.Zero : Wire.Time(nanoseconds, "CAConfig.NodeCertExpiry");
        return lifetime >= ShortestLifetime
            ? lifetime
            : throw ApiException.Bad("minimum certificate expiry time is: 1h0m0s");
    }

    private static ulong OrKeep(ulong? asked, ulong current) => asked is null or 0 ? current : asked.Value;
}
