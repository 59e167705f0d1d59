using Orchestrator.Api;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Store;

namespace Orchestrator.Hosting;

/// <summary>Makes what a new cluster begins with: its CA, its tokens, and its first manager.</summary>
internal sealed class ClusterFounder : IDisposable
{
    private readonly CertificateAuthority _ca;

    private ClusterFounder(CertificateAuthority ca, NodeIdentity identity, ClusterSpec spec)
    {
        _ca = ca;
        Identity = identity;
        Spec = spec;
    }

    public NodeIdentity Identity { get; }

    private ClusterSpec Spec { get; }

    public static ClusterFounder Create(ClusterSpec spec, HostServices services)
    {
        var ca = CertificateAuthority.Create(services.Now);
        var peer = new PeerIdentity(
            new NodeId(services.Ids.Next()), NodeRole.Manager, new ClusterId(services.Ids.Next()));
        using var request = new KeyAndRequest();
        var certificate = ca.Issue(peer, request.RequestPem, services.Now, spec.CertificateLifetime);
        return new ClusterFounder(ca, request.Complete(certificate, ca.CertificatePem), spec);
    }

    /// <summary>The first transaction of the cluster's log.</summary>
    public Transaction FirstTransaction(InitCommand command, string managerAddress, HostServices services)
    {
        var cluster = new Cluster
        {
            Id = Identity.ClusterId,
            Meta = ObjectMeta.New(services.Now),
            Spec = Spec,
            CaCertificate = _ca.CertificatePem,
            CaKey = _ca.KeyPem,
            WorkerToken = JoinToken.Create(_ca.Certificate, services.Ids).Reveal(),
            ManagerToken = JoinToken.Create(_ca.Certificate, services.Ids).Reveal(),
        };
        var node = new Node
        {
            Id = Identity.NodeId,
            Meta = ObjectMeta.New(services.Now),
            Spec = new NodeSpec { Role = NodeRole.Manager, Availability = command.Availability },
            Description = new NodeDescription { Hostname = services.Options.Hostname },
            Status = new NodeStatus { Since = services.Now },
            ManagerAddress = managerAddress,
        };
        return Transaction.Of(Change.Create(cluster), Change.Create(node));
    }

    public void Dispose() => _ca.Dispose();
}
