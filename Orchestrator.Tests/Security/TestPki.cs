using System.Security.Cryptography.X509Certificates;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Tests.Security;

/// <summary>A cluster's CA with identities made by it.</summary>
internal sealed class TestPki : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    public TestPki(DateTimeOffset? at = null) => Ca = CertificateAuthority.Create(at ?? Now.AddYears(-1));

    public CertificateAuthority Ca { get; }

    public X509Certificate2 CaCertificate => Ca.Certificate;

    public ClusterId ClusterId { get; init; } = new(IdSource.Secure.Next());

    public NodeIdentity Node(NodeRole role, DateTimeOffset? now = null, ClusterId? cluster = null)
    {
        using var key = new KeyAndRequest();
        var peer = new PeerIdentity(new NodeId(IdSource.Secure.Next()), role, cluster ?? ClusterId);
        return key.Complete(Ca.Issue(peer, key.RequestPem, now ?? Now, Lifetime), Ca.CertificatePem);
    }

    public NodeIdentity Manager(DateTimeOffset? now = null) => Node(NodeRole.Manager, now);

    public NodeIdentity Worker(DateTimeOffset? now = null) => Node(NodeRole.Worker, now);

    public void Dispose() => Ca.Dispose();
}

/// <summary>A clock that shows one time.</summary>
internal sealed class StoppedClock(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
