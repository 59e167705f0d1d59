using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Api;
using Orchestrator.Consensus;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Serialization;
using Orchestrator.Store;

namespace Orchestrator.Hosting.Recovery;

/// <summary>What a host needs to become the only manager of the cluster in a backup.</summary>
internal sealed class ClusterRestore
{
    /// <summary>For the whole file; whoever sends it keeps this host from other commands meanwhile.</summary>
    private static readonly TimeSpan ReadLimit = TimeSpan.FromMinutes(10);

    private readonly BackupImage _image;
    private readonly StateSnapshot _state;

    private ClusterRestore(BackupImage image, StateSnapshot state, NodeIdentity identity)
    {
        _image = image;
        _state = state;
        Identity = identity;
    }

    /// <summary>Of a new node: the certificates of the lost managers stay theirs.</summary>
    public NodeIdentity Identity { get; }

    /// <summary>Reads and checks the whole backup; makes nothing.</summary>
    /// <exception cref="ApiException">it cannot be used</exception>
    public static async Task<ClusterRestore> ReadAsync(
        RestoreCommand command, Stream backup, HostServices services, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(ReadLimit, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            var content = await BackupFile.ReadAsync(
                backup, command.Passphrase, RestoreCommand.MostBytes, either.Token);
            var image = MessagePackSerializer.Deserialize<BackupImage>(content);
            var state = image.Restore();
            var cluster = state.Cluster ?? throw new InvalidDataException("it holds no cluster");
            return new ClusterRestore(image, state, IdentityFor(cluster, services));
        }
        catch (BackupException exception)
        {
            throw ApiException.Bad(exception.Message);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw ApiException.Bad($"the backup had not come after {ReadLimit.TotalMinutes:0} minutes");
        }
        catch (InvalidDataException exception)
        {
            throw ApiException.Bad($"the backup is whole, but cannot be used: {exception.Message}");
        }
    }

    /// <param name="advertise">where other managers will reach this one; port 0 = not known yet</param>
    /// <exception cref="Consensus.Log.LogException">the disk fails, or the directory holds something</exception>
    public void MakeLog(string directory, IPEndPoint advertise, HostServices services)
    {
        var options = new RaftNodeOptions
        {
            Directory = directory,
            Node = Identity.NodeId.Value,
            Address = advertise.Port == 0 ? "" : advertise.ToString(),
        };
        var around = new NodeSurroundings(new StateStore(), NullLogger.Instance, services.Time);
        NewGroup.OfState(options, around, _image.Index, MessagePackSerializer.Serialize(_image.State));
    }

    /// <summary>What this host's log begins with, behind the backup's state.</summary>
    public Transaction FirstTransaction(string managerAddress, HostServices services) =>
        SoleManager.Of(_state, new Node
        {
            Id = Identity.NodeId,
            Meta = ObjectMeta.New(services.Now),
            Spec = new NodeSpec { Role = NodeRole.Manager },
            Description = new NodeDescription { Hostname = services.Options.Hostname },
            Status = new NodeStatus { Since = services.Now },
            ManagerAddress = managerAddress,
        });

    public RestoredCluster Outcome() => new(
        Identity.NodeId, _image.TakenAt, _state.Services.Count,
        SoleManager.FormerManagers(_state, Identity.NodeId).Count());

    private static NodeIdentity IdentityFor(Cluster cluster, HostServices services)
    {
        using var ca = CertificateAuthority.FromPem(cluster.CaCertificate, cluster.CaKey);
        using var key = new KeyAndRequest();
        var peer = new PeerIdentity(new NodeId(services.Ids.Next()), NodeRole.Manager, cluster.Id);
        var certificate = ca.Issue(peer, key.RequestPem, services.Now, cluster.Spec.CertificateLifetime);
        return key.Complete(certificate, cluster.CaCertificate);
    }
}
