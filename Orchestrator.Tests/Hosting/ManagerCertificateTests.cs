using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Hosting;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Serialization;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Consensus;
using Membership = Orchestrator.Consensus.Core.Membership;

namespace Orchestrator.Tests.Hosting;

/// <summary>A manager that was off until its certificate expired makes a new one.</summary>
public sealed class ManagerCertificateTests
{
    private const string Address = "10.0.0.1:2377";

    private readonly FakeTimeProvider _time = new();
    private TemporaryDirectory _directory = null!;
    private HostServices _services = null!;
    private ClusterFounder _founder = null!;

    [SetUp]
    public void SetUp()
    {
        _directory = new TemporaryDirectory();
        _services = new HostServices(
            new DaemonOptions { DataDirectory = _directory.Path }, _time, NullLoggerFactory.Instance);
        _founder = ClusterFounder.Create(new ClusterSpec(), _services);
    }

    [TearDown]
    public void TearDown()
    {
        _founder.Dispose();
        _directory.Dispose();
    }

    [Test]
    public void One_of_three_that_has_no_snapshot_and_hears_of_nobody_reads_the_key_in_its_log()
    {
        WriteLog();
        var identity = new LiveIdentity(_founder.Identity);

        Assert.That(Renew(identity), Is.False, "it is good");
        _time.Advance(Defaults.CertificateLifetime + TimeSpan.FromDays(1));
        Assert.That(Renew(identity), Is.True);

        Assert.That(identity.Current.Peer, Is.EqualTo(_founder.Identity.Peer));
        Assert.That(identity.Current.Validity.NotAfter, Is.GreaterThan(_time.GetUtcNow().AddDays(80)));
        Assert.That(identity.Current.CaPem, Is.EqualTo(_founder.Identity.CaPem));
        Assert.That(Renew(identity), Is.False, "once is enough");
    }

    [Test]
    public void A_worker_and_a_manager_whose_log_is_gone_cannot_renew_themselves()
    {
        var identity = new LiveIdentity(_founder.Identity);
        _time.Advance(Defaults.CertificateLifetime + TimeSpan.FromDays(1));
        Assert.That(Renew(identity), Is.False);
        WriteLog();
        Assert.That(Renew(identity, isManager: false), Is.False);
    }

    private bool Renew(LiveIdentity identity, bool isManager = true) => ManagerCertificate.RenewExpired(
        new() { NodeId = identity.Current.NodeId.Value, AdvertiseAddress = Address, Manager = isManager }, identity,
        _services);

    /// <summary>The founding command as it comes to a member: durable, and not known to be committed.</summary>
    private void WriteLog()
    {
        var node = _founder.Identity.NodeId;
        var options = new RaftStorageOptions
        {
            Directory = new DataPaths(_directory.Path).Log,
            Node = node.Value,
            IfNew = new NewMember(new MemberId(1), new Membership
            {
                Incarnation = 7,
                Members = [.. Enumerable.Range(1, 3).Select(id => new Member(
                    new MemberId((ulong)id), id == 1 ? node.Value : $"node-{id}", $"10.0.0.{id}:2377", Votes: true))],
            }),
        };
        var command = MessagePackSerializer.Serialize(_founder.FirstTransaction(
            new() { ListenAddress = "", AdvertiseAddress = "", Spec = new ClusterSpec() }, Address, _services));
        using var storage = RaftStorage.Open(
            options, new PosixDisk(), IdSource.Secure.Fill, NullLogger.Instance).Storage;
        storage.Save(new Flush { Entries = [new LogEntry(1, 1, EntryKind.Command, command)] });
    }
}
