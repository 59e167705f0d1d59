using Orchestrator.Api;
using Orchestrator.Api.Doctor;
using Orchestrator.Model;

namespace Orchestrator.Tests.Api.Doctor;

public sealed class DiagnosisTests
{
    private const long GiB = 1024L * 1024 * 1024;

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly HostFacts Healthy = new()
    {
        Now = Now,
        Node = new LocalNodeStatus { Role = LocalNodeRole.Manager, NodeId = new NodeId("n1") },
        Disk = new DiskFacts
        {
            Directory = "/data", FreeBytes = 50 * GiB, TotalBytes = 100 * GiB, Flush = TimeSpan.FromMilliseconds(1),
        },
        Engine = new EngineFacts { Runtime = "docker", CgroupVersion = 2, OpenFiles = 65_536 },
        Certificate = new CertificateFacts(Now.AddDays(-45), Now.AddDays(45)),
        Group = new GroupFacts
        {
            Voters = 3,
            Reachable = 3,
            HasLeader = true,
            Peers = [Peer("10.0.0.2:2377"), Peer("10.0.0.3:2377")],
        },
    };

    [Test]
    public void A_healthy_manager_has_findings_and_all_of_them_are_ok()
    {
        var findings = Diagnosis.Of(Healthy);
        Assert.That(findings.Select(finding => finding.Severity), Has.All.EqualTo(Severity.Ok));
        Assert.That(findings.Select(finding => finding.Check), Is.EqualTo((string[])
            ["node", "quorum", "link", "link", "clock", "clock", "flush", "space", "certificate", "engine"]));
        Assert.That(findings[1].What, Is.EqualTo("3 managers, 3 reachable: 1 may fail"));
    }

    [Test]
    public void A_host_without_a_cluster_is_asked_for_what_applies()
    {
        var findings = Diagnosis.Of(Healthy with { Node = new LocalNodeStatus(), Certificate = null, Group = null });
        Assert.That(findings.Select(finding => $"{finding.Severity} {finding.Check}"), Is.EqualTo(
            (string[])["Ok node", "Ok flush", "Ok space", "Ok engine"]));
    }

    [TestCase(3, 3, true, Severity.Ok, "3 managers, 3 reachable: 1 may fail")]
    [TestCase(5, 4, true, Severity.Warn, "5 managers, 4 reachable: 1 may fail")]
    [TestCase(3, 2, true, Severity.Warn, "3 managers, 2 reachable: none may fail")]
    [TestCase(1, 1, true, Severity.Warn, "1 manager, 1 reachable: none may fail")]
    [TestCase(3, 3, false, Severity.Error, "3 managers, 3 reachable: none of them leads")]
    [TestCase(3, 1, false, Severity.Error, "3 managers, 1 reachable: 2 are needed")]
    public void The_margin_of_the_quorum_is_told(int voters, int reachable, bool leads, Severity severity, string what)
    {
        var group = Healthy.Group! with { Voters = voters, Reachable = reachable, HasLeader = leads };
        var finding = Of(Healthy with { Group = group }, "quorum");
        Assert.That((finding.Severity, finding.What), Is.EqualTo((severity, what)));
    }

    [Test]
    public void A_link_that_is_cut_in_one_direction_is_told_from_one_that_is_cut()
    {
        var oneWay = WithPeer(Peer("10.0.0.2:2377") with { Answer = new PeerAnswer(false, default, default) });
        Assert.That(Of(oneWay, "link").What, Is.EqualTo("the manager at 10.0.0.2:2377 is reached, but does not reach this one"));
        var cut = WithPeer(Peer("10.0.0.2:2377") with { IsReachable = false, Problem = "connection refused", Answer = null });
        Assert.That(Of(cut, "link").What, Is.EqualTo("the manager at 10.0.0.2:2377 is not reached from here: connection refused"));
        Assert.That((Of(oneWay, "link").Severity, Of(cut, "link").Severity), Is.EqualTo((Severity.Error, Severity.Error)));
    }

    [TestCase(0.4, 0.1, Severity.Ok)]
    [TestCase(1.4, 1.0, Severity.Ok)] // the round trip may be all of it
    [TestCase(-2.0, 0.1, Severity.Warn)]
    [TestCase(400.0, 0.1, Severity.Error)]
    public void A_clock_counts_as_wrong_by_what_the_round_trip_does_not_explain(double ahead, double trip, Severity severity)
    {
        var answer = new PeerAnswer(true, TimeSpan.FromSeconds(ahead), TimeSpan.FromSeconds(trip));
        Assert.That(Of(WithPeer(Peer("a") with { Answer = answer }), "clock").Severity, Is.EqualTo(severity));
    }

    [TestCase(2, Severity.Ok), TestCase(60, Severity.Warn), TestCase(900, Severity.Error)]
    public void A_slow_disk_is_told(int milliseconds, Severity severity)
    {
        var disk = Healthy.Disk with { Flush = TimeSpan.FromMilliseconds(milliseconds) };
        Assert.That(Of(Healthy with { Disk = disk }, "flush").Severity, Is.EqualTo(severity));
    }

    [Test]
    public void A_disk_that_refuses_is_an_error_with_its_reason()
    {
        var finding = Of(Healthy with { Disk = Healthy.Disk with { Flush = null, Error = "fsync failed: EIO" } }, "flush");
        Assert.That((finding.Severity, finding.What), Is.EqualTo((Severity.Error, "/data keeps nothing: fsync failed: EIO")));
    }

    [TestCase(50 * GiB, 100 * GiB, Severity.Ok)]
    [TestCase(9 * GiB, 100 * GiB, Severity.Warn)]
    [TestCase(GiB / 2, GiB, Severity.Warn)]
    [TestCase(GiB / 5, GiB, Severity.Error)]
    public void Little_room_is_told(long free, long total, Severity severity)
    {
        var disk = Healthy.Disk with { FreeBytes = free, TotalBytes = total };
        Assert.That(Of(Healthy with { Disk = disk }, "space").Severity, Is.EqualTo(severity));
    }

    [TestCase(-45, 45, Severity.Ok)]
    [TestCase(-70, 20, Severity.Ok)]
    [TestCase(-75, 15, Severity.Warn)]
    [TestCase(-91, -1, Severity.Error)]
    [TestCase(1, 90, Severity.Error)]
    public void A_certificate_that_was_not_renewed_in_time_is_told(int from, int to, Severity severity)
    {
        var certificate = new CertificateFacts(Now.AddDays(from), Now.AddDays(to));
        Assert.That(Of(Healthy with { Certificate = certificate }, "certificate").Severity, Is.EqualTo(severity));
    }

    [Test]
    public void Whatever_is_not_ok_says_why_it_matters_and_what_to_do()
    {
        var findings = Diagnosis.Of(new HostFacts
        {
            Now = Now,
            Node = new LocalNodeStatus { Role = LocalNodeRole.Manager, Error = "no leader" },
            Disk = new DiskFacts { Directory = "/data", TotalBytes = 1, Error = "Input/output error" },
            Engine = new EngineFacts { Runtime = "docker", Error = "no answer", CgroupVersion = 1, OpenFiles = 1024 },
            Certificate = new CertificateFacts(Now.AddDays(-91), Now.AddDays(-1)),
            Group = new GroupFacts { Voters = 3, Reachable = 1, LostData = "index 7", Peers = [new PeerFacts { Address = "a" }] },
        });
        Assert.That(findings.Select(finding => finding.Severity), Has.None.EqualTo(Severity.Ok));
        Assert.That(findings.Select(finding => finding.Check), Is.EqualTo((string[])
            ["node", "quorum", "log", "link", "flush", "space", "certificate", "engine", "cgroups", "files"]));
        Assert.That(findings.Select(finding => finding.Why), Has.None.Empty);
        Assert.That(findings.Select(finding => finding.Fix), Has.None.Empty);
    }

    private static Finding Of(HostFacts facts, string check) =>
        Diagnosis.Of(facts).First(finding => finding.Check == check);

    private static HostFacts WithPeer(PeerFacts peer) => Healthy with { Group = Healthy.Group! with { Peers = [peer] } };

    private static PeerFacts Peer(string address) => new()
    {
        Address = address,
        IsReachable = true,
        Answer = new PeerAnswer(true, TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(2)),
    };
}
