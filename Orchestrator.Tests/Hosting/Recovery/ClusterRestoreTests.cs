using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Api;
using Orchestrator.Hosting;
using Orchestrator.Hosting.Recovery;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Serialization;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Hosting.Recovery;

public sealed class ClusterRestoreTests
{
    private static readonly HostServices Services = new(
        new DaemonOptions { Hostname = "restored" }, TimeProvider.System, NullLoggerFactory.Instance);

    private static readonly ClusterId ClusterId = new(IdSource.Secure.Next());

    [Test]
    public async Task The_host_gets_a_certificate_of_the_same_cluster_for_a_node_of_its_own()
    {
        var image = await ImageAsync();
        var restore = await ReadAsync(MessagePackSerializer.Serialize(image));
        Assert.That(restore.Identity.ClusterId, Is.EqualTo(ClusterId));
        Assert.That(restore.Identity.Role, Is.EqualTo(NodeRole.Manager));
        var first = restore.FirstTransaction("10.0.0.9:2377", Services);
        var made = first.Changes.Select(change => change.Value).OfType<Node>().Single(node => node.Id == restore.Identity.NodeId);
        Assert.That((made.ManagerAddress, made.Description.Hostname), Is.EqualTo(("10.0.0.9:2377", "restored")));
        var outcome = restore.Outcome();
        Assert.That((outcome.NodeId, outcome.TakenAt, outcome.FormerManagers), Is.EqualTo((restore.Identity.NodeId, image.TakenAt, 1)));
    }

    [Test]
    public async Task What_is_sealed_well_but_is_no_state_of_a_cluster_is_refused_with_the_reason()
    {
        var image = await ImageAsync();
        await RefusesAsync([0xC1], "cannot be used: cannot read BackupImage");
        await RefusesAsync(MessagePackSerializer.Serialize(image with { Format = 2 }), "format 2; this version knows format 1 only");
        await RefusesAsync(MessagePackSerializer.Serialize(image with { State = new StateImage() }), "it holds no cluster");
        var without = image.State with { Objects = [.. image.State.Objects.OfType<Cluster>().Select(cluster => cluster with { CaKey = "" })] };
        await RefusesAsync(MessagePackSerializer.Serialize(image with { State = without }), "cannot be used");
    }

    private static async Task RefusesAsync(byte[] content, string told)
    {
        var refused = await Assert.ThrowsAsync<ApiException>(() => ReadAsync(content));
        Assert.That(refused!.Status, Is.EqualTo(400));
        Assert.That(refused.Message, Does.Contain(told));
    }

    private static async Task<BackupImage> ImageAsync()
    {
        using var ca = CertificateAuthority.Create(TimeProvider.System.GetUtcNow());
        var store = new StateStore();
        var cluster = new Cluster
        {
            Id = ClusterId, Meta = ApiHost.Now(), CaCertificate = ca.CertificatePem, CaKey = ca.KeyPem,
        };
        var manager = ApiHost.SampleNode("m1", "m1") with { Spec = new NodeSpec { Role = NodeRole.Manager } };
        await new StoreProposer(store).ProposeAsync(Transaction.Of(Change.Create(cluster), Change.Create(manager)), default);
        return BackupImage.Of(store.Current, new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero));
    }

    private static async Task<ClusterRestore> ReadAsync(byte[] content)
    {
        using var file = new MemoryStream();
        using var key = BackupKey.Create("correct horse", AtRestCipher.SecureRandom, rounds: 1);
        await BackupFile.WriteAsync(file, content, key, default);
        file.Position = 0;
        return await ClusterRestore.ReadAsync(new RestoreCommand { Passphrase = "correct horse" }, file, Services, default);
    }
}
