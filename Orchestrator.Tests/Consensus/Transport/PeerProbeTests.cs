using Orchestrator.Consensus;
using Orchestrator.Consensus.Transport;
using Orchestrator.Model;
using Orchestrator.Tests.Security;

namespace Orchestrator.Tests.Consensus.Transport;

/// <summary>A manager asks another one, over real TLS on the loopback.</summary>
[CancelAfter(60_000)]
public sealed class PeerProbeTests
{
    private TestPki _pki = null!;
    private PeerHost _asked = null!;
    private PeerHost _asking = null!;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [SetUp]
    public async Task SetUp()
    {
        _pki = new TestPki(Now.AddDays(-1));
        _asking = new PeerHost(0xA, _pki.Manager(Now));
        _asked = new PeerHost(0xB, _pki.Manager(Now)) { Clock = new StoppedClock(Now.AddHours(1)) };
        await _asked.ListenAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _asked.DisposeAsync();
        await _asking.DisposeAsync();
        _pki.Dispose();
    }

    [Test]
    public async Task A_manager_tells_whom_it_reaches_and_what_time_it_has(CancellationToken ct)
    {
        _asked.Status = _asked.Status with
        {
            Peers =
            [
                new PeerStatus(_asking.AsMember, 0, IsReachable: true, ""),
                new PeerStatus(_asking.AsMember with { Id = new(0xC) }, 0, IsReachable: false, "cut"),
            ],
        };
        var answer = await AskAsync(_asking, ct);
        Assert.That(answer!.Links.Reached, Is.EqualTo((ulong[])[0xA]));
        Assert.That(answer.Ahead, Is.EqualTo(TimeSpan.FromHours(1)).Within(TimeSpan.FromMinutes(2)));
        Assert.That(answer.RoundTrip, Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task Who_is_no_manager_is_told_nothing(CancellationToken ct)
    {
        await using var worker = new PeerHost(0xC, _pki.Node(NodeRole.Worker, Now));
        Assert.That(await AskAsync(worker, ct), Is.Null);
        _asked.IsManager = peer => peer.NodeId.Value != _asking.AsMember.Node;
        Assert.That(await AskAsync(_asking, ct), Is.Null);
    }

    [Test]
    public async Task A_host_that_takes_no_part_or_is_gone_gives_no_answer(CancellationToken ct)
    {
        _asked.Receiver = null;
        Assert.That(await AskAsync(_asking, ct), Is.Null);
        await _asked.CloseAsync();
        Assert.That(await AskAsync(_asking, ct), Is.Null);
        Assert.That(await new PeerProbe(_asking.Connector, TimeProvider.System).AskAsync("", ct), Is.Null);
    }

    private Task<ProbedPeer?> AskAsync(PeerHost from, CancellationToken ct) =>
        new PeerProbe(from.Connector, TimeProvider.System).AskAsync(_asked.Address, ct);
}
