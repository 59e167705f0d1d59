using System.Security.Cryptography.X509Certificates;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Mapping;
using Orchestrator.Api.Validation;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Store;

namespace Orchestrator.Api.Writes;

/// <summary>Changes the cluster's settings and join tokens.</summary>
internal static class ClusterWrites
{
    public static async Task UpdateAsync(
        ManagerServices manager, ulong version, SwarmSpecDto spec, TokenRotation rotation, CancellationToken ct)
    {
        var cluster = manager.Store.Current.Cluster ?? throw ApiException.Unavailable("the cluster is not set up yet");
        if (cluster.Meta.Version != version)
            throw ApiException.OutOfSequence();
        var next = cluster with
        {
            Spec = ClusterMapper.Read(spec, cluster.Spec),
            Meta = cluster.Meta.Touched(manager.Time.GetUtcNow()),
        };
        Texts.Labels("Labels", next.Spec.Labels);
        var applied = await manager.ProposeAsync([Change.Update(Rotated(next, rotation, manager))], ct);
        if (!applied.Accepted)
            throw ApiException.OutOfSequence();
    }

    private static Cluster Rotated(Cluster cluster, TokenRotation rotation, ManagerServices manager)
    {
        if (rotation is { Worker: false, Manager: false })
            return cluster;
        using var ca = X509Certificate2.CreateFromPem(cluster.CaCertificate);
        if (rotation.Worker)
            cluster = cluster with { WorkerToken = JoinToken.Create(ca, manager.Ids).Reveal() };
        if (rotation.Manager)
            cluster = cluster with { ManagerToken = JoinToken.Create(ca, manager.Ids).Reveal() };
        return cluster;
    }
}

/// <summary>Which join tokens to replace.</summary>
internal readonly record struct TokenRotation(bool Worker, bool Manager);
