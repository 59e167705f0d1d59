using System.Security.Cryptography.X509Certificates;
using Orchestrator.Model;

namespace Orchestrator.Security;

/// <summary>Who a node is, as its certificate says.</summary>
public sealed record PeerIdentity(NodeId NodeId, NodeRole Role, ClusterId ClusterId)
{
    public bool IsManager => Role == NodeRole.Manager;

    /// <summary>
    /// The node at the other end of a connection whose handshake <see cref="TlsPolicy"/> has accepted;
    /// null when it showed no certificate (it wants to join).
    /// </summary>
    public static PeerIdentity? Of(X509Certificate2? certificate) =>
        certificate is null ? null : CertificateNames.Parse(certificate.SubjectName);
}
