using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Orchestrator.Agents.Joining;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Serialization;
using Orchestrator.Tests.Security;

namespace Orchestrator.Tests.Agents;

[TestFixture]
[CancelAfter(60_000)]
internal sealed class JoinClientTests
{
    private static readonly JoiningHost Host = new("alpha", Availability.Pause);

    private readonly JoinClient _client = new(TimeProvider.System);
    private AgentRig _rig = null!;
    private JoinToken _token = null!;
    private List<JoinRequest> _requests = null!;

    [SetUp]
    public void SetUp()
    {
        _rig = new AgentRig();
        _requests = [];
        _token = JoinToken.Create(_rig.Pki.CaCertificate, IdSource.Secure);
    }

    [TearDown]
    public async Task TearDown() => await _rig.DisposeAsync();

    [Test]
    public async Task A_host_with_the_right_token_gets_its_identity()
    {
        var manager = await ManagerAsync();

        using var identity = await _client.JoinAsync(manager.Address, _token, Host, CancellationToken.None);

        Assert.That((identity.Role, identity.ClusterId), Is.EqualTo((NodeRole.Worker, _rig.Pki.ClusterId)));
        var request = _requests.Single();
        Assert.That((request.Token, request.Hostname), Is.EqualTo((_token.Reveal(), "alpha")));
        Assert.That(request.Availability, Is.EqualTo(Availability.Pause));
    }

    [Test]
    public async Task A_wrong_secret_is_refused_in_the_managers_words()
    {
        var manager = await ManagerAsync(status: StatusCodes.Status403Forbidden);

        var problem = await ProblemAsync(manager.Address, _token);

        Assert.That(problem.Failure, Is.EqualTo(JoinFailure.WrongToken));
        Assert.That(problem.Message, Does.Contain(manager.Address).And.Contain("no such token"));
        Assert.That(problem.Message, Does.Not.Contain(_token.Reveal()));
    }

    [Test]
    public async Task A_token_of_another_cluster_is_never_sent()
    {
        using var other = new TestPki();
        var manager = await ManagerAsync();

        var problem = await ProblemAsync(manager.Address, JoinToken.Create(other.CaCertificate, IdSource.Secure));

        Assert.That(problem.Failure, Is.EqualTo(JoinFailure.WrongCluster));
        Assert.That(_requests, Is.Empty);
    }

    [Test]
    public async Task A_port_where_nothing_listens_is_unreachable()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var address = socket.LocalEndpoint.ToString()!;
        socket.Stop();

        var problem = await ProblemAsync(address, _token);

        Assert.That(problem.Failure, Is.EqualTo(JoinFailure.Unreachable));
        Assert.That(problem.Message, Does.Contain(address));
    }

    [Test]
    public async Task A_host_that_says_nothing_is_unreachable_in_five_seconds()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var start = TimeProvider.System.GetTimestamp();

        var problem = await ProblemAsync(socket.LocalEndpoint.ToString()!, _token);

        Assert.That(problem.Failure, Is.EqualTo(JoinFailure.Unreachable));
        Assert.That(problem.Message, Does.Contain("answer"));
        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(6)));
    }

    [Test]
    public async Task A_manager_that_accepts_and_never_answers_is_unreachable_in_five_seconds()
    {
        var manager = await ManagerAsync(hangs: true);
        var start = TimeProvider.System.GetTimestamp();

        var problem = await ProblemAsync(manager.Address, _token);

        Assert.That((problem.Failure, _requests.Count), Is.EqualTo((JoinFailure.Unreachable, 1)));
        Assert.That(problem.Message, Does.Contain("has not answered in 5 s"));
        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(6)));
    }

    [Test]
    public async Task What_is_no_address_is_said_to_be_none()
    {
        var problem = await ProblemAsync("not an address", _token);

        Assert.That(problem.Failure, Is.EqualTo(JoinFailure.Unreachable));
        Assert.That(problem.Message, Does.StartWith("\"not an address\" is not the address of a manager"));
    }

    [Test]
    public async Task A_web_server_is_not_a_manager()
    {
        var manager = await _rig.AddManagerAsync();

        var problem = await ProblemAsync(manager.Address, _token);

        Assert.That(problem.Failure, Is.EqualTo(JoinFailure.NotAManager));
    }

    [Test]
    public async Task A_garbled_answer_is_not_a_managers()
    {
        var manager = await ManagerAsync(answer: [0xc1]);

        Assert.That((await ProblemAsync(manager.Address, _token)).Failure, Is.EqualTo(JoinFailure.NotAManager));
    }

    [Test]
    public async Task Clocks_that_differ_are_named_as_the_reason()
    {
        var manager = await ManagerAsync();
        var client = new JoinClient(new StoppedClock(TimeProvider.System.GetUtcNow().AddYears(-1)));

        var problem = await Assert.ThrowsAsync<JoinException>(
            async () => await client.JoinAsync(manager.Address, _token, Host, CancellationToken.None));

        Assert.That(problem!.Failure, Is.EqualTo(JoinFailure.Clock));
        Assert.That(problem.Message, Does.Contain("clocks"));
        Assert.That(_requests, Is.Empty);
    }

    [Test]
    public async Task A_node_renews_its_certificate_for_a_new_key()
    {
        var manager = await ManagerAsync();

        using var next = await _client.RenewAsync(manager.Address, _rig.Identity, CancellationToken.None);

        Assert.That(next.Certificate.PublicKey.EncodedKeyValue.RawData,
            Is.Not.EqualTo(_rig.Identity.Current.Certificate.PublicKey.EncodedKeyValue.RawData));
    }

    [Test]
    public async Task A_node_says_that_it_leaves()
    {
        var manager = await _rig.AddManagerAsync();
        PathString path = default;
        manager.Other = context =>
        {
            path = context.Request.Path;
            return Task.CompletedTask;
        };

        await _client.LeaveAsync(manager.Address, _rig.Identity, CancellationToken.None);

        Assert.That(path.Value, Is.EqualTo(ClusterPaths.Leave));
    }

    [Test]
    public async Task A_host_joins_at_the_leader_that_another_manager_names()
    {
        var leader = await ManagerAsync();
        var follower = await FollowerAsync(leader.Address);

        using var identity = await _client.JoinAsync(follower.Address, _token, Host, CancellationToken.None);

        Assert.That(identity.ClusterId, Is.EqualTo(_rig.Pki.ClusterId));
        Assert.That(_requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_node_renews_and_leaves_at_the_leader_that_another_manager_names()
    {
        var leader = await ManagerAsync();
        var follower = await FollowerAsync(leader.Address);

        using var next = await _client.RenewAsync(follower.Address, _rig.Identity, CancellationToken.None);
        leader.Other = _ => Task.CompletedTask;
        await _client.LeaveAsync(follower.Address, _rig.Identity, CancellationToken.None);

        Assert.That(next.ClusterId, Is.EqualTo(_rig.Pki.ClusterId));
    }

    [Test]
    public async Task The_token_is_not_sent_to_a_named_leader_of_another_cluster()
    {
        using var foreign = new TestPki();
        var received = 0;
        var leader = await _rig.AddManagerAsync();
        leader.Other = async context =>
        {
            if (context.Request.Path == ClusterPaths.Ca)
                await context.Response.WriteAsync(foreign.Ca.CertificatePem);
            else
                Interlocked.Increment(ref received);
        };
        var follower = await FollowerAsync(leader.Address);

        var problem = await ProblemAsync(follower.Address, _token);

        Assert.That(problem.Failure, Is.EqualTo(JoinFailure.WrongCluster));
        Assert.That(received, Is.Zero);
    }

    [Test]
    public async Task Managers_that_name_each_other_are_unavailable()
    {
        var one = await FollowerAsync("");
        var two = await FollowerAsync(one.Address);
        Redirect(one, two.Address);

        var problem = await ProblemAsync(one.Address, _token);

        Assert.That(problem.Failure, Is.EqualTo(JoinFailure.Unavailable));
        Assert.That(problem.Message, Does.Contain("does not lead"));
    }

    private async Task<ScriptedManager> FollowerAsync(string leader)
    {
        var manager = await _rig.AddManagerAsync();
        Redirect(manager, leader);
        return manager;
    }

    private void Redirect(ScriptedManager manager, string leader) => manager.Other = async context =>
    {
        if (context.Request.Path == ClusterPaths.Ca)
        {
            await context.Response.WriteAsync(_rig.Pki.Ca.CertificatePem);
            return;
        }
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers[ClusterPaths.LeaderHeader] = leader;
        await context.Response.WriteAsync("this manager does not lead the cluster");
    };

    private async Task<JoinException> ProblemAsync(string manager, JoinToken token) =>
        (await Assert.ThrowsAsync<JoinException>(
            async () => await _client.JoinAsync(manager, token, Host, CancellationToken.None)))!;

    private async Task<ScriptedManager> ManagerAsync(int status = 200, byte[]? answer = null, bool hangs = false)
    {
        var manager = await _rig.AddManagerAsync();
        manager.Other = async context =>
        {
            if (context.Request.Path == ClusterPaths.Ca)
            {
                await context.Response.WriteAsync(_rig.Pki.Ca.CertificatePem);
                return;
            }
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            context.Response.StatusCode = status;
            if (hangs)
                Answer(context.Request.Path, body.ToArray());
            else if (status != 200)
                await context.Response.WriteAsync("no such token");
            else
                await context.Response.Body.WriteAsync(answer ?? Answer(context.Request.Path, body.ToArray()));
            if (hangs)
                await Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System, context.RequestAborted)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
        return manager;
    }

    private byte[] Answer(PathString path, byte[] body)
    {
        var peer = new PeerIdentity(new NodeId(IdSource.Secure.Next()), NodeRole.Worker, _rig.Pki.ClusterId);
        string request;
        if (path == ClusterPaths.Join)
        {
            _requests.Add(MessagePackSerializer.Deserialize<JoinRequest>(body));
            request = _requests[^1].CertificateRequest;
        }
        else
        {
            request = MessagePackSerializer.Deserialize<RenewRequest>(body).CertificateRequest;
        }
        return MessagePackSerializer.Serialize(new JoinResponse
        {
            NodeId = peer.NodeId,
            ClusterId = peer.ClusterId,
            Certificate = _rig.Pki.Ca.Issue(peer, request, TimeProvider.System.GetUtcNow(), TestPki.Lifetime),
        });
    }
}
