using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

public sealed class SwarmEndpointTests
{
    private ApiHost host = null!;

    [SetUp]
    public async Task StartAsync() => host = await ApiHost.StartAsync();

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task Init_passes_on_what_was_asked_and_answers_the_bare_id()
    {
        var answer = await host.PostAsync("/v1.50/swarm/init", """
            {"ListenAddr":"0.0.0.0:2377","AdvertiseAddr":"10.0.0.1","DataPathAddr":"","DataPathPort":0,"ForceNewCluster":false,
             "Spec":{"Labels":null,"Orchestration":{"TaskHistoryRetentionLimit":2},"Raft":{"ElectionTick":0,"HeartbeatTick":0},
             "Dispatcher":{"HeartbeatPeriod":2000000000},"CAConfig":{},"TaskDefaults":{},"EncryptionConfig":{"AutoLockManagers":false}},
             "AutoLockManagers":false,"Availability":"drain","DefaultAddrPool":null,"SubnetSize":24}
            """);
        Assert.That(answer.Body.Trim(), Is.EqualTo($"\"{FakeNode.Id}\""));
        var command = host.Node.Init!;
        Assert.That(command.AdvertiseAddress, Is.EqualTo("10.0.0.1"));
        Assert.That(command.Availability, Is.EqualTo(Availability.Drain));
        Assert.That(command.Spec.TaskHistoryLimit, Is.EqualTo(2));
        Assert.That(command.Spec.HeartbeatPeriod, Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(command.Spec.CertificateLifetime, Is.EqualTo(Defaults.CertificateLifetime));
    }

    [TestCase("""{"AutoLockManagers":true}""", 501, "AutoLockManagers")]
    [TestCase("""{"DefaultAddrPool":["10.20.0.0/16"]}""", 501, "DefaultAddrPool")]
    [TestCase("""{"Availability":"x"}""", 400, "invalid Availability")]
    public async Task Init_refuses_what_it_cannot_do(string body, int status, string message)
    {
        var answer = await host.PostAsync("/swarm/init", body);
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Message, Does.StartWith(message));
        Assert.That(host.Node.Init, Is.Null);
    }

    [Test]
    public async Task Join_needs_a_manager_and_a_token()
    {
        const string token = "SWMTKN-1-a-b";
        var answer = await host.PostAsync("/swarm/join", $$"""{"RemoteAddrs":["10.0.0.1:2377"],"JoinToken":"{{token}}"}""");
        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That(host.Node.Join!.JoinToken, Is.EqualTo(token));
        Assert.That((await host.PostAsync("/swarm/join", """{"RemoteAddrs":["a"]}""")).Message, Is.EqualTo("invalid join token"));
        Assert.That((await host.PostAsync("/swarm/join", $$"""{"JoinToken":"{{token}}"}""")).Status, Is.EqualTo(400));
    }

    [Test]
    public async Task A_node_of_a_cluster_does_not_join_another()
    {
        await host.AsManagerAsync();
        foreach (var path in (string[])["/swarm/init", "/swarm/join"])
        {
            var answer = await host.PostAsync(path, """{"RemoteAddrs":["a"],"JoinToken":"b"}""");
            Assert.That(answer.Status, Is.EqualTo(503));
            Assert.That(answer.Message, Does.StartWith("This node is already part of a swarm."));
        }
    }

    [Test]
    public async Task Leaving_is_for_members_and_for_managers_only_by_force()
    {
        Assert.That((await host.SendAsync("POST", "/swarm/leave")).Message, Is.EqualTo("This node is not part of a swarm"));
        await host.AsManagerAsync();
        Assert.That((await host.SendAsync("POST", "/swarm/leave")).Message,
            Does.Contain("Removing the last manager erases all current state"));
        Assert.That(host.Node.LeftByForce, Is.Null);
        Assert.That((await host.SendAsync("POST", "/swarm/leave?force=1")).Status, Is.EqualTo(200));
        Assert.That(host.Node.LeftByForce, Is.True);
    }

    [TestCase(3, 1, "Removing this node leaves 1 managers out of 3. Without a Raft quorum")]
    [TestCase(2, 0, "Removing this node leaves 1 managers out of 2. Without a Raft quorum")]
    [TestCase(3, 0, "participating as a manager. 2 managers are left then, 2 reachable: none may fail. Use `--force`")]
    [TestCase(5, 0, "4 managers are left then, 4 reachable: 1 may fail. Use `--force`")]
    [TestCase(5, 1, "4 managers are left then, 3 reachable: none may fail. Use `--force`")]
    public async Task Leaving_says_what_it_costs_the_managers(int managers, int away, string told)
    {
        await host.AsManagerAsync();
        host.Group.Status = FakeGroup.Of(FakeNode.Id.Value, [FakeGroup.Member(FakeNode.Id.Value), .. Enumerable.Range(2, managers - 1)
            .Select(number => FakeGroup.Member($"m{number}", isReachable: number <= managers - away))]);
        Assert.That((await host.SendAsync("POST", "/swarm/leave")).Message, Does.Contain(told));
    }

    [Test]
    public async Task Settings_change_and_what_is_left_out_stays()
    {
        await host.AsManagerAsync();
        var answer = await UpdateAsync("", """
            {"Labels":{"swarmnet.strategy":"binpack","swarmnet.overcommit":"0.25"},"Orchestration":{"TaskHistoryRetentionLimit":9},"CAConfig":{"NodeCertExpiry":7200000000000}}
            """);
        Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
        var spec = host.State.Cluster!.Spec;
        Assert.That(spec.Strategy, Is.EqualTo(SchedulingStrategy.Binpack));
        Assert.That(spec.Overcommit, Is.EqualTo(0.25));
        Assert.That(spec.TaskHistoryLimit, Is.EqualTo(9));
        Assert.That(spec.CertificateLifetime, Is.EqualTo(TimeSpan.FromHours(2)));
        Assert.That(spec.HeartbeatPeriod, Is.EqualTo(Defaults.HeartbeatPeriod));
        var shown = (await host.GetAsync("/swarm")).Json["Spec"]!;
        Assert.That((string)shown["Labels"]!["swarmnet.strategy"]!, Is.EqualTo("binpack"));
        Assert.That((string)shown["Name"]!, Is.EqualTo("default"));
    }

    [TestCase("""{"CAConfig":{"NodeCertExpiry":60000000000}}""", 400, "minimum certificate expiry time is: 1h0m0s")]
    [TestCase("""{"Dispatcher":{"HeartbeatPeriod":-1}}""", 400, "heartbeat time period cannot be a negative duration")]
    [TestCase("""{"Orchestration":{"TaskHistoryRetentionLimit":-1}}""", 400, "Orchestration.TaskHistoryRetentionLimit")]
    [TestCase("""{"Name":"other"}""", 400, "swarm spec must be named \"default\"")]
    [TestCase("""{"Labels":{"swarmnet.strategy":"best"}}""", 400, "label swarmnet.strategy: unknown strategy 'best'")]
    [TestCase("""{"Labels":{"swarmnet.overcommit":"10"}}""", 400, "label swarmnet.overcommit: need a number from 0 to 9")]
    [TestCase("""{"EncryptionConfig":{"AutoLockManagers":true}}""", 501, "EncryptionConfig.AutoLockManagers")]
    [TestCase("""{"CAConfig":{"ForceRotate":1}}""", 501, "CAConfig")]
    public async Task A_bad_setting_is_refused(string spec, int status, string message)
    {
        await host.AsManagerAsync();
        var before = host.State.Index;
        var answer = await UpdateAsync("", spec);
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Message, Does.StartWith(message));
        Assert.That(host.State.Index, Is.EqualTo(before));
    }

    [Test]
    public async Task A_stale_change_of_settings_is_out_of_sequence()
    {
        await host.AsManagerAsync();
        var answer = await host.PostAsync("/swarm/update?version=999", "{}");
        Assert.That(answer.Status, Is.EqualTo(500));
        Assert.That(answer.Message, Is.EqualTo("update out of sequence"));
    }

    [Test]
    public async Task Tokens_are_rotated_one_at_a_time()
    {
        await host.AsManagerAsync();
        await UpdateAsync("&rotateWorkerToken=true&rotateManagerToken=true", "{}");
        var first = (await host.GetAsync("/swarm")).Json["JoinTokens"]!;
        Assert.That((string)first["Worker"]!, Does.Match("^SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}$"));
        await UpdateAsync("&rotateWorkerToken=true&rotateManagerToken=false&rotateManagerUnlockKey=false", "{}");
        var second = (await host.GetAsync("/swarm")).Json["JoinTokens"]!;
        Assert.That((string)second["Worker"]!, Is.Not.EqualTo((string)first["Worker"]!));
        Assert.That((string)second["Manager"]!, Is.EqualTo((string)first["Manager"]!));
    }

    [Test]
    public async Task Managers_are_not_locked()
    {
        await host.AsManagerAsync();
        Assert.That((await host.GetAsync("/swarm/unlockkey")).Body.Trim(), Is.EqualTo("""{"UnlockKey":""}"""));
        var answer = await host.PostAsync("/swarm/unlock", """{"UnlockKey":"SWMKEY-1-x"}""");
        Assert.That(answer.Status, Is.EqualTo(409));
        Assert.That(answer.Message, Is.EqualTo("swarm is not locked"));
    }

    private async Task<Answer> UpdateAsync(string query, string spec)
    {
        JsonNode cluster = (await host.GetAsync("/swarm")).Json;
        return await host.PostAsync($"/swarm/update?version={cluster["Version"]!["Index"]}{query}", spec);
    }
}
