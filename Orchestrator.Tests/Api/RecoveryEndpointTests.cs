using System.Buffers.Binary;
using System.Text;
using Orchestrator.Api;
using Orchestrator.Api.Validation;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Serialization;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

public sealed class RecoveryEndpointTests
{
    private ApiHost _host = null!;

    [SetUp]
    public async Task StartAsync() => _host = await ApiHost.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public async Task A_backup_holds_the_whole_state()
    {
        await _host.AsManagerAsync();
        await _host.CreateServiceAsync("web", 3);
        using var body = new StringContent("""{"Passphrase":"correct horse"}""");
        using var response = await _host.Client.PostAsync("/swarmnet/v1/backup", body);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        await using var file = await response.Content.ReadAsStreamAsync();
        var content = await BackupFile.ReadAsync(file, "correct horse", RestoreCommand.MostBytes, default);
        var state = MessagePackSerializer.Deserialize<BackupImage>(content).Restore();
        Assert.That(state.Index, Is.EqualTo(_host.State.Index));
        Assert.That(MessagePackSerializer.Serialize(StateImage.Of(state)),
            Is.EqualTo(MessagePackSerializer.Serialize(StateImage.Of(_host.State))));
    }

    [Test]
    public async Task Without_a_leader_there_is_a_backup_of_what_this_manager_knows_when_it_is_asked_for()
    {
        await _host.AsManagerAsync();
        _host.Proposer.Barrier = _ => throw new ProposalException(ProposalFailure.NoLeader, "why");
        var refused = await _host.PostAsync("/swarmnet/v1/backup", """{"Passphrase":"correct horse"}""");
        Assert.That((refused.Status, refused.Message), Is.EqualTo((500, NodeRefusals.NoLeader + " (why)")));
        using var body = new StringContent("""{"Passphrase":"correct horse"}""");
        using var response = await _host.Client.PostAsync("/swarmnet/v1/backup?consistency=stale", body);
        await using var file = await response.Content.ReadAsStreamAsync();
        var content = await BackupFile.ReadAsync(file, "correct horse", RestoreCommand.MostBytes, default);
        Assert.That(MessagePackSerializer.Deserialize<BackupImage>(content).Restore().Cluster, Is.Not.Null);
    }

    [Test]
    public async Task A_backup_needs_a_manager_and_a_passphrase_that_protects_it()
    {
        Assert.That((await _host.PostAsync("/swarmnet/v1/backup", "{}")).Message, Does.StartWith("This node is not a swarm manager"));
        await _host.AsManagerAsync();
        var none = await _host.PostAsync("/swarmnet/v1/backup", "{}");
        Assert.That((none.Status, none.Message), Is.EqualTo((400, "Passphrase: a backup is encrypted, and there is no passphrase")));
        var weak = await _host.PostAsync("/swarmnet/v1/backup", """{"Passphrase":"1234567"}""");
        Assert.That((weak.Status, weak.Message.Split('.')[0]), Is.EqualTo((400, "Passphrase: shorter than 8 characters")));
        Assert.That((await _host.PostAsync("/swarmnet/v1/backup", $$"""{"Passphrase":"{{new string('x', 1025)}}"}""")).Status, Is.EqualTo(400));
    }

    [Test]
    public async Task A_new_key_is_for_managers()
    {
        Assert.That((await _host.SendAsync("POST", "/swarmnet/v1/rotate-key")).Status, Is.EqualTo(503));
        await _host.AsManagerAsync();
        Assert.That((await _host.SendAsync("POST", "/swarmnet/v1/rotate-key")).Status, Is.EqualTo(200));
        Assert.That(_host.Group.Rotations, Is.EqualTo(1));
    }

    [Test]
    public async Task A_restore_hands_over_the_request_and_then_the_file()
    {
        byte[] file = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];
        using var response = await RestoreAsync("""{"Passphrase":"correct horse","AdvertiseAddr":"10.0.0.1"}""", file);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(_host.Node.Backup, Is.EqualTo(file));
        Assert.That((_host.Node.Restore!.Passphrase, _host.Node.Restore.AdvertiseAddress, _host.Node.Restore.ListenAddress),
            Is.EqualTo(("correct horse", "10.0.0.1", "")));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("\"NodeID\":\"manager1id\"").And.Contain("\"FormerManagers\":1"));
    }

    [TestCase("", "4 bytes")]
    [TestCase("{", "4 bytes")]
    [TestCase("{}", "no passphrase")]
    public async Task A_restore_that_makes_no_sense_is_refused(string json, string told)
    {
        using var response = await RestoreAsync(json, []);
        Assert.That((int)response.StatusCode, Is.EqualTo(400));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain(told));
        Assert.That(_host.Node.Restore, Is.Null);
    }

    [Test]
    public async Task A_host_that_is_in_a_cluster_already_is_not_restored()
    {
        await _host.AsManagerAsync();
        using var response = await RestoreAsync("""{"Passphrase":"correct horse"}""", [1]);
        Assert.That((int)response.StatusCode, Is.EqualTo(503));
        Assert.That(_host.Node.Restore, Is.Null);
    }

    [Test]
    public async Task A_new_cluster_by_force_is_for_managers_only()
    {
        var inactive = await _host.PostAsync("/swarm/init", """{"ForceNewCluster":true}""");
        Assert.That((inactive.Status, inactive.Message), Is.EqualTo((503, "--force-new-cluster begins with a manager's state, and "
            + "this host has none: it is in no cluster. Leave the flag out to make a new cluster, or restore a backup")));
        await _host.AsManagerAsync();
        Assert.That((await _host.PostAsync("/swarm/init", """{"ForceNewCluster":true}""")).Status, Is.EqualTo(200));
        Assert.That(_host.Node.Init!.ForceNewCluster, Is.True);
    }

    private async Task<HttpResponseMessage> RestoreAsync(string json, byte[] file)
    {
        var text = Encoding.UTF8.GetBytes(json);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
        using var body = new ByteArrayContent([.. length, .. text, .. file]);
        return await _host.Client.PostAsync("/swarmnet/v1/restore", body);
    }
}
