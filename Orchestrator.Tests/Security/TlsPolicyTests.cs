using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Tests.Security;

[CancelAfter(30_000)]
public sealed class TlsPolicyTests
{
    private static readonly StoppedClock Clock = new(TestPki.Now);
    private TestPki pki = null!;

    [SetUp]
    public void SetUp() => pki = new TestPki();

    [TearDown]
    public void TearDown() => pki.Dispose();

    [TestCase(NodeRole.Worker)]
    [TestCase(NodeRole.Manager)]
    public async Task Nodes_of_one_cluster_know_each_other(NodeRole role, CancellationToken ct)
    {
        using var node = pki.Node(role);
        using var manager = pki.Manager();
        await using var server = new TlsServer(new LiveIdentity(manager), Clock);
        await using var stream = await Connect(server, node, ct);
        var peer = await server.AcceptedAsync(ct);
        Assert.That(peer, Is.EqualTo(node.Peer));
        Assert.That(stream.SslProtocol, Is.EqualTo(SslProtocols.Tls13));
        Assert.That(stream.NegotiatedApplicationProtocol, Is.EqualTo(SslApplicationProtocol.Http2));
    }

    [Test]
    public async Task A_joining_host_is_accepted_as_nobody(CancellationToken ct)
    {
        using var manager = pki.Manager();
        await using var server = new TlsServer(new LiveIdentity(manager), Clock);
        var connector = ClusterConnector.ForJoining(pki.CaCertificate, Clock);
        await using var stream = await connector.ConnectAsync(server.Address, ct);
        Assert.That(await server.AcceptedAsync(ct), Is.Null);
    }

    [Test]
    public async Task A_manager_of_another_CA_is_refused(CancellationToken ct)
    {
        using var other = new TestPki { ClusterId = pki.ClusterId };
        using var manager = other.Manager();
        await using var server = new TlsServer(new LiveIdentity(manager), Clock);
        using var node = pki.Worker();
        var problem = (await Assert.ThrowsAsync<PeerException>(async () => await Connect(server, node, ct)))!;
        Assert.That(problem.Problem, Is.EqualTo(PeerProblem.WrongCluster));
        Assert.That(problem.Message, Does.Contain("not from this cluster's certificate authority"));
        Assert.That(problem.Message, Does.Contain(server.Address.Port.ToString(CultureInfo.InvariantCulture)));
    }

    [Test]
    public async Task A_manager_that_names_another_cluster_is_refused(CancellationToken ct)
    {
        using var manager = pki.Node(NodeRole.Manager, cluster: new ClusterId(IdSource.Secure.Next()));
        await using var server = new TlsServer(new LiveIdentity(manager), Clock);
        using var node = pki.Worker();
        var problem = (await Assert.ThrowsAsync<PeerException>(async () => await Connect(server, node, ct)))!;
        Assert.That(problem.Problem, Is.EqualTo(PeerProblem.WrongCluster));
        Assert.That(problem.Message, Does.Contain("another cluster"));
    }

    [Test]
    public async Task A_worker_that_plays_manager_is_refused(CancellationToken ct)
    {
        using var worker = pki.Worker();
        await using var server = new TlsServer(new LiveIdentity(worker), Clock);
        using var node = pki.Worker();
        var problem = (await Assert.ThrowsAsync<PeerException>(async () => await Connect(server, node, ct)))!;
        Assert.That(problem.Problem, Is.EqualTo(PeerProblem.WrongRole));
    }

    [TestCase(-100, "expired")]
    [TestCase(1, "not valid before 2026-03-02T11:00:00Z")]
    public async Task A_manager_whose_certificate_is_not_valid_now_is_refused_with_both_times(
        int days, string what, CancellationToken ct)
    {
        using var manager = pki.Manager(TestPki.Now.AddDays(days));
        await using var server = new TlsServer(new LiveIdentity(manager), Clock);
        using var node = pki.Worker();
        var problem = (await Assert.ThrowsAsync<PeerException>(async () => await Connect(server, node, ct)))!;
        Assert.That(problem.Problem, Is.EqualTo(PeerProblem.Clock));
        Assert.That(problem.Message, Does.Contain(what).And.Contain("2026-03-01T12:00:00Z"));
        Assert.That(problem.Message, Does.Contain("the clocks of this host and the manager differ"));
    }

    [Test]
    public async Task A_node_whose_own_certificate_expired_does_not_even_connect(CancellationToken ct)
    {
        using var node = pki.Worker(TestPki.Now.AddDays(-100));
        var problem = (await Assert.ThrowsAsync<PeerException>(
            async () => await Connector(node).ConnectAsync(new DnsEndPoint("127.0.0.1", 1), ct)))!;
        Assert.That(problem.Problem, Is.EqualTo(PeerProblem.OwnCertificateExpired));
    }

    [Test]
    public async Task A_client_of_another_CA_is_refused_by_the_server(CancellationToken ct)
    {
        using var other = new TestPki { ClusterId = pki.ClusterId };
        using var stranger = other.Worker();
        Assert.That(await RefusedByServer(stranger, ct), Is.EqualTo(PeerProblem.WrongCluster));
    }

    [Test]
    public async Task A_client_of_another_cluster_id_is_refused_by_the_server(CancellationToken ct)
    {
        using var stranger = pki.Node(NodeRole.Worker, cluster: new ClusterId(IdSource.Secure.Next()));
        Assert.That(await RefusedByServer(stranger, ct), Is.EqualTo(PeerProblem.WrongCluster));
    }

    [Test]
    public async Task A_client_with_an_expired_certificate_is_refused_by_the_server(CancellationToken ct)
    {
        using var late = pki.Worker(TestPki.Now.AddDays(-100));
        Assert.That(await RefusedByServer(late, ct), Is.EqualTo(PeerProblem.Clock));
    }

    [Test]
    public async Task TLS_1_2_is_refused(CancellationToken ct)
    {
        using var manager = pki.Manager();
        await using var server = new TlsServer(new LiveIdentity(manager), Clock);
        var options = Anyone();
        options.EnabledSslProtocols = SslProtocols.Tls12;
        await using var stream = await TcpStream(server, ct);
        Assert.That(
            async () => await stream.AuthenticateAsClientAsync(options, ct),
            Throws.InstanceOf<AuthenticationException>().Or.InstanceOf<IOException>());
        Assert.That(async () => await server.AcceptedAsync(ct), Throws.InstanceOf<AuthenticationException>());
    }

    [Test]
    public async Task A_server_that_speaks_only_TLS_1_2_is_not_a_manager(CancellationToken ct)
    {
        using var manager = pki.Manager();
        await using var server = new TlsServer(
            new LiveIdentity(manager), Clock, options => options.EnabledSslProtocols = SslProtocols.Tls12);
        using var node = pki.Worker();
        var problem = (await Assert.ThrowsAsync<PeerException>(async () => await Connect(server, node, ct)))!;
        Assert.That(problem.Problem, Is.EqualTo(PeerProblem.NotAManager));
    }

    [Test]
    public void Only_the_given_root_is_trusted_and_nothing_is_downloaded()
    {
        using var node = pki.Worker();
        var policies = new[]
        {
            TlsPolicy.ForClient(node, Clock, _ => { }).CertificateChainPolicy!,
            TlsPolicy.ForServer(node, Clock, _ => { }).CertificateChainPolicy!,
            TlsPolicy.ForJoining(pki.CaCertificate, Clock, _ => { }).CertificateChainPolicy!,
        };
        foreach (var policy in policies)
        {
            Assert.That(policy.TrustMode, Is.EqualTo(X509ChainTrustMode.CustomRootTrust));
            Assert.That(policy.CustomTrustStore.Single().RawData, Is.EqualTo(pki.CaCertificate.RawData));
            Assert.That(policy.DisableCertificateDownloads);
            Assert.That(policy.RevocationMode, Is.EqualTo(X509RevocationMode.NoCheck));
        }
    }

    [Test]
    public async Task A_renewed_certificate_is_shown_from_the_next_connection_on(CancellationToken ct)
    {
        using var first = pki.Manager();
        using var second = pki.Manager();
        var live = new LiveIdentity(first);
        await using var server = new TlsServer(live, Clock);
        using var node = pki.Worker();
        await using (var stream = await Connect(server, node, ct))
            Assert.That(Shown(stream), Is.EqualTo(first.Peer));
        live.Replace(second);
        await using (var stream = await Connect(server, node, ct))
            Assert.That(Shown(stream), Is.EqualTo(second.Peer));
    }

    [Test]
    public async Task A_port_where_nothing_listens_is_unreachable_at_once(CancellationToken ct)
    {
        using var node = pki.Worker();
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        var problem = (await Assert.ThrowsAsync<PeerException>(
            async () => await Connector(node).ConnectAsync(new DnsEndPoint("127.0.0.1", port), ct)))!;
        Assert.That(problem.Problem, Is.EqualTo(PeerProblem.Unreachable));
        Assert.That(problem.Message, Does.Contain($"127.0.0.1:{port}"));
    }

    private async Task<PeerProblem> RefusedByServer(NodeIdentity node, CancellationToken ct)
    {
        using var manager = pki.Manager();
        await using var server = new TlsServer(new LiveIdentity(manager), Clock);
        var options = Anyone();
        options.ClientCertificateContext = SslStreamCertificateContext.Create(node.Certificate, null, offline: true);
        await using var stream = await TcpStream(server, ct);
        // In TLS 1.3 the client is done before the server has seen its certificate: the refusal comes with a read.
        var failure = await Assert.CatchAsync(async () =>
        {
            await stream.AuthenticateAsClientAsync(options, ct);
            await stream.ReadExactlyAsync(new byte[1], ct);
        });
        Assert.That(failure, Is.InstanceOf<AuthenticationException>().Or.InstanceOf<IOException>());
        Assert.That(async () => await server.AcceptedAsync(ct), Throws.InstanceOf<AuthenticationException>());
        return server.Refusals.Single().Problem;
    }

    private static SslClientAuthenticationOptions Anyone() => new()
    {
        TargetHost = "anyone",
        RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
    };

    private static ClusterConnector Connector(NodeIdentity node) =>
        ClusterConnector.ForNode(new LiveIdentity(node), Clock);

    private static Task<SslStream> Connect(TlsServer server, NodeIdentity node, CancellationToken ct) =>
        Connector(node).ConnectAsync(server.Address, ct);

    private static PeerIdentity? Shown(SslStream stream) =>
        PeerIdentity.Of((X509Certificate2)stream.RemoteCertificate!);

    private static async Task<SslStream> TcpStream(TlsServer server, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Address, ct);
        return new SslStream(new NetworkStream(socket, ownsSocket: true));
    }
}
