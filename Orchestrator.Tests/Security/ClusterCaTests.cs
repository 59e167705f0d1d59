using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Tests.Security;

[CancelAfter(30_000)]
public sealed class ClusterCaTests
{
    private static readonly StoppedClock Clock = new(TestPki.Now);
    private readonly List<string> requests = [];
    private TestPki pki = null!;

    [SetUp]
    public void SetUp()
    {
        requests.Clear();
        pki = new TestPki();
    }

    [TearDown]
    public void TearDown() => pki.Dispose();

    [Test]
    public async Task A_host_with_a_token_learns_the_CA_and_then_talks_verified(CancellationToken ct)
    {
        using var manager = pki.Manager();
        await using var app = await Serve(manager, pki.Ca.CertificatePem);
        var token = JoinToken.Create(pki.CaCertificate, IdSource.Secure);
        using var ca = await ClusterCa.FetchAsync(AddressOf(app), token, ct);
        Assert.That(ca.RawData, Is.EqualTo(pki.CaCertificate.RawData));

        using var client = new HttpClient(ClusterConnector.ForJoining(ca, Clock).CreateHandler())
        {
            BaseAddress = AddressOf(app), DefaultRequestVersion = new Version(2, 0),
        };
        var answer = await client.GetAsync(new Uri("/who", UriKind.Relative), ct);
        Assert.That(await answer.Content.ReadAsStringAsync(ct), Is.EqualTo("nobody HTTP/2"));
    }

    [Test]
    public async Task A_node_is_known_to_the_server_by_its_certificate(CancellationToken ct)
    {
        using var manager = pki.Manager();
        using var worker = pki.Worker();
        await using var app = await Serve(manager, pki.Ca.CertificatePem);
        using var client = new HttpClient(ClusterConnector.ForNode(new LiveIdentity(worker), Clock).CreateHandler())
        {
            BaseAddress = AddressOf(app), DefaultRequestVersion = new Version(2, 0),
        };
        var answer = await client.GetStringAsync(new Uri("/who", UriKind.Relative), ct);
        Assert.That(answer, Is.EqualTo($"{worker.NodeId} HTTP/1.1").Or.EqualTo($"{worker.NodeId} HTTP/2"));
    }

    [Test]
    public async Task A_cluster_that_the_token_is_not_for_gets_nothing_but_one_GET(CancellationToken ct)
    {
        using var other = new TestPki();
        using var manager = pki.Manager();
        await using var app = await Serve(manager, pki.Ca.CertificatePem);
        var token = JoinToken.Create(other.CaCertificate, IdSource.Secure);
        var problem = (await Assert.ThrowsAsync<PeerException>(
            async () => await ClusterCa.FetchAsync(AddressOf(app), token, ct)))!;
        Assert.That(problem.Problem, Is.EqualTo(PeerProblem.WrongCluster));
        Assert.That(problem.Message, Does.Contain("digest").And.Contain("was not sent"));
        Assert.That(requests, Is.EqualTo(new[] { "GET /swarmnet/v1/ca" }));
    }

    [Test]
    public async Task Someone_who_only_repeats_the_right_CA_is_found_out_by_the_second_connection(CancellationToken ct)
    {
        using var attacker = new TestPki();
        using var fake = attacker.Manager();
        await using var app = await Serve(fake, pki.Ca.CertificatePem);
        var token = JoinToken.Create(pki.CaCertificate, IdSource.Secure);
        using var ca = await ClusterCa.FetchAsync(AddressOf(app), token, ct);
        using var client = new HttpClient(ClusterConnector.ForJoining(ca, Clock).CreateHandler());
        client.DefaultRequestVersion = new Version(2, 0);
        var failure = await Assert.CatchAsync<HttpRequestException>(
            async () => await client.PostAsync(AddressOf(app), new StringContent(token.Reveal()), ct));
        Assert.That(PeerException.In(failure)!.Problem, Is.EqualTo(PeerProblem.WrongCluster));
        Assert.That(requests, Is.EqualTo(new[] { "GET /swarmnet/v1/ca" }));
    }

    [TestCase("no certificate")]
    [TestCase("")]
    public async Task What_answers_anything_else_is_not_a_manager(string body, CancellationToken ct)
    {
        using var manager = pki.Manager();
        await using var app = await Serve(manager, body);
        var token = JoinToken.Create(pki.CaCertificate, IdSource.Secure);
        var problem = (await Assert.ThrowsAsync<PeerException>(
            async () => await ClusterCa.FetchAsync(AddressOf(app), token, ct)))!;
        Assert.That(problem.Problem, Is.EqualTo(PeerProblem.NotAManager));
    }

    [Test]
    public async Task An_endless_answer_is_cut_off(CancellationToken ct)
    {
        using var manager = pki.Manager();
        await using var app = await Serve(manager, new string('x', 100_000));
        var token = JoinToken.Create(pki.CaCertificate, IdSource.Secure);
        var problem = (await Assert.ThrowsAsync<PeerException>(
            async () => await ClusterCa.FetchAsync(AddressOf(app), token, ct)))!;
        Assert.That(problem.Problem, Is.EqualTo(PeerProblem.NotAManager));
    }

    private async Task<WebApplication> Serve(NodeIdentity identity, string ca)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(TlsPolicy.ForServer(identity, Clock, _ => { })),
            });
        }));
        var app = builder.Build();
        app.Run(context =>
        {
            requests.Add($"{context.Request.Method} {context.Request.Path}");
            return context.Response.WriteAsync(context.Request.Path == ClusterPaths.Ca ? ca : Who(context));
        });
        await app.StartAsync();
        return app;
    }

    private static string Who(HttpContext context)
    {
        var peer = PeerIdentity.Of(context.Connection.ClientCertificate);
        return $"{peer?.NodeId.Value ?? "nobody"} {context.Request.Protocol}";
    }

    private static Uri AddressOf(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return new Uri(addresses.Addresses.Single());
    }
}
