using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Consensus.Transport;
using Orchestrator.Primitives;
using Orchestrator.Tests.Security;

namespace Orchestrator.Tests.Consensus.Transport;

/// <summary>Three whole members: real time, real disks, real TLS.</summary>
[CancelAfter(120_000)]
public sealed class GroupOverTlsTests
{
    private readonly List<Whole> _members = [];
    private TemporaryDirectory _directory = null!;
    private TestPki _pki = null!;

    [SetUp]
    public async Task SetUp()
    {
        _directory = new TemporaryDirectory();
        _pki = new TestPki(TimeProvider.System.GetUtcNow().AddDays(-1));
        var hosts = new List<PeerHost>();
        for (var id = 1UL; id <= 3; id++)
        {
            hosts.Add(new PeerHost(id, _pki.Manager(TimeProvider.System.GetUtcNow())) { Receiver = null });
            await hosts[^1].ListenAsync();
        }
        var first = new Membership { Incarnation = 7, Members = [.. hosts.Select(host => host.AsMember)] };
        _members.AddRange(hosts.Select(host => new Whole(host, first, _directory.Child($"{host.Id}"))));
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (var member in _members)
            await member.DisposeAsync();
        _members.Clear();
        _pki.Dispose();
        _directory.Dispose();
    }

    [Test]
    public async Task Commands_reach_all_and_the_loss_of_the_leader_stops_nobody_for_long(CancellationToken ct)
    {
        foreach (var member in _members)
            await member.ProposeAsync($"from {member.Id}", ct);
        foreach (var member in _members)
        {
            await member.Node.ReadBarrierAsync(ct);
            Assert.That(member.Machine.Commands, Is.EquivalentTo(new[] { "from 1", "from 2", "from 3" }));
        }
        var leader = _members.Single(member => member.Id == _members[0].Node.Status.Leader);
        _members.Remove(leader);
        await leader.DisposeAsync();
        await UntilProposedAsync(_members[0], "after the loss", ct);
        await _members[1].Node.ReadBarrierAsync(ct);
        Assert.That(_members[1].Machine.Commands, Has.Member("after the loss"));
    }

    /// <summary>A loaded machine may need more than one election.</summary>
    private static async Task UntilProposedAsync(Whole member, string command, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await member.ProposeAsync(command, ct);
                return;
            }
            catch (ProposalException e) when (e.Failure == ProposalFailure.NoLeader)
            {
                ct.ThrowIfCancellationRequested();
            }
        }
    }

    private sealed class Whole : IAsyncDisposable
    {
        private readonly PeerHost _host;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _loop;

        public Whole(PeerHost host, Membership first, string directory)
        {
            _host = host;
            var self = first.Find(host.Id)!;
            var options = new RaftNodeOptions { Directory = directory, Node = self.Node, Address = self.Address };
            Node = RaftNode.Open(options, new NodeSurroundings(Machine, NullLogger.Instance, TimeProvider.System)
            {
                Transport = host.Transport, IfNew = new NewMember(host.Id, first),
            });
            host.Receiver = new PeerReceiver(() => Node.Status, Node.ReceiveAsync, host.Options);
            _loop = Node.RunAsync(_stop.Token);
        }

        public MemberId Id => _host.Id;

        public RaftNode Node { get; }

        public RecordingMachine Machine { get; } = new();

        public Task<Applied> ProposeAsync(string command, CancellationToken ct) =>
            Node.ProposeAsync(Encoding.UTF8.GetBytes(command), ct).AsTask();

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _loop;
            await Node.DisposeAsync();
            await _host.DisposeAsync();
            _stop.Dispose();
        }
    }
}
