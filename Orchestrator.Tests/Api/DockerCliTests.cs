using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

/// <summary>The stock docker client against this API. Skipped where there is none.</summary>
[NUnit.Framework.Category("DockerCli")]
public sealed class DockerCliTests
{
    private ApiHost host = null!;

    [SetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartManagerAsync();
        if (await RunAsync("version") is null)
            Assert.Ignore("no docker client here");
    }

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task Nodes_are_listed_inspected_and_changed()
    {
        Assert.That(await OkAsync("node", "ls", "--format", "{{.Hostname}} {{.Self}} {{.Status}} {{.ManagerStatus}}"),
            Is.EqualTo("manager1 true Ready Leader"));
        Assert.That(await OkAsync("node", "ls", "--format", "{{.TLSStatus}}"), Is.EqualTo("Ready"));
        await OkAsync("node", "update", "--label-add", "disk=ssd", "--availability", "pause", "manager1");
        Assert.That(await OkAsync("node", "inspect", "--pretty", "self"), Does.Contain("disk=ssd").And.Contain("Pause"));
        Assert.That((await RunAsync("node", "rm", "manager1"))!.Error, Does.Contain("is a cluster manager"));
    }

    [Test]
    public async Task Managers_are_listed_promoted_and_demoted()
    {
        await host.ApplyAsync(Change.Create(ApiHost.SampleNode("m2", "manager2")));
        Assert.That(await OkAsync("node", "promote", "manager2"), Is.EqualTo("Node manager2 promoted to a manager in the swarm."));
        host.Group.Status = FakeGroup.Of(
            "m2", FakeGroup.Member(FakeNode.Id.Value, isReachable: false), FakeGroup.Member("m2"));
        Assert.That(await OkAsync("node", "ls", "--format", "{{.Hostname}} {{.ManagerStatus}}"),
            Is.EqualTo("manager1 Unreachable\nmanager2 Leader"));
        Assert.That(await OkAsync("info"), Does.Contain("Managers: 2").And.Contain("10.0.0.2:2377"));
        Assert.That(await OkAsync("node", "demote", "manager1"), Is.EqualTo("Manager manager1 demoted in the swarm."));
        Assert.That((await RunAsync("node", "demote", "manager2"))!.Error,
            Is.EqualTo("Error response from daemon: attempting to demote the last manager of the swarm"));
    }

    [Test]
    public async Task Without_a_leader_docker_prints_its_own_sentence()
    {
        host.Group.Status = FakeGroup.Of(null, FakeGroup.Member(FakeNode.Id.Value), FakeGroup.Member("m2", isReachable: false));
        host.Proposer.Barrier = _ => throw new ProposalException(ProposalFailure.NoLeader, "1 more must run");
        var refused = await RunAsync("service", "ls");
        Assert.That(refused!.Exit, Is.EqualTo(1));
        Assert.That(refused.Error, Does.StartWith("Error response from daemon: The swarm does not have a leader."));
        Assert.That(await OkAsync("info"), Does.Contain("Error: The swarm does not have a leader."));
    }

    [Test]
    public async Task A_service_is_created_listed_inspected_and_removed()
    {
        var id = await CreateAsync("web", "--replicas", "2", "--env", "A=1", "--label", "tier=web", "--health-cmd", "true",
            "--health-start-interval", "1s", "--mount", "type=bind,source=/tmp,target=/data,readonly",
            "--publish", "mode=host,target=80,published=8080", "--limit-memory", "64m", "--constraint", "node.role==manager");
        Assert.That(await OkAsync("service", "ls", "--format", "{{.Name}} {{.Mode}} {{.Replicas}} {{.Image}}"),
            Is.EqualTo("web replicated 0/2 app:1"));
        var spec = JsonNode.Parse(await OkAsync("service", "inspect", "web"))![0]!["Spec"]!;
        Assert.That((string)spec["TaskTemplate"]!["ContainerSpec"]!["Env"]![0]!, Is.EqualTo("A=1"));
        Assert.That(await OkAsync("service", "inspect", "--pretty", "web"), Does.Contain("Published").And.Contain("8080"));
        Assert.That(await OkAsync("service", "rm", id), Is.EqualTo(id));
        Assert.That(host.State.Services, Is.Empty);
    }

    [Test]
    public async Task Scale_update_and_rollback_change_the_spec()
    {
        await CreateAsync("web");
        await OkAsync("service", "scale", "-d", "web=5");
        Assert.That(host.State.ServiceNamed("web")!.Spec.Mode.Replicas, Is.EqualTo(5));
        Assert.That(host.State.ServiceNamed("web")!.TemplateRevision, Is.EqualTo(1));
        await OkAsync("service", "update", "-d", "--no-resolve-image", "--image", "app:2", "--env-add", "B=2", "web");
        Assert.That(host.State.ServiceNamed("web")!.Spec.Template.Container.Image, Is.EqualTo("app:2"));
        Assert.That(host.State.ServiceNamed("web")!.TemplateRevision, Is.EqualTo(3));
        await OkAsync("service", "rollback", "-d", "web");
        Assert.That(host.State.ServiceNamed("web")!.Spec.Template.Container.Image, Is.EqualTo("app:1"));
        await OkAsync("service", "update", "-d", "--force", "web");
        Assert.That(host.State.ServiceNamed("web")!.Spec.Template.ForceUpdate, Is.EqualTo(1));
    }

    [Test]
    public async Task Tasks_are_listed_with_names_of_service_and_node()
    {
        await CreateAsync("web");
        var task = await host.AddTaskAsync(host.State.ServiceNamed("web")!, 1, TaskState.Running, FakeNode.Id.Value);
        const string format = "{{.Name}} {{.Node}} {{.DesiredState}} {{.Image}}";
        Assert.That(await OkAsync("service", "ps", "--format", format, "web"), Is.EqualTo("web.1 manager1 Running app:1"));
        Assert.That(await OkAsync("node", "ps", "--format", format), Is.EqualTo("web.1 manager1 Running app:1"));
        Assert.That(await OkAsync("inspect", "--format", "{{.ID}}", task.Id.Value), Is.EqualTo(task.Id.Value));
    }

    [Test]
    public async Task A_create_that_waits_sees_its_tasks_run()
    {
        var waiting = RunAsync("service", "create", "--no-resolve-image", "--name", "web", "--update-monitor", "10ms", "app:1");
        using var patience = new CancellationTokenSource(ApiHost.Patience);
        await foreach (var change in host.Store.WatchAsync(0, patience.Token))
            if (change.Snapshot.ServiceNamed("web") is not null)
                break;
        await host.AddTaskAsync(host.State.ServiceNamed("web")!, 1, TaskState.Running, FakeNode.Id.Value);
        var done = await waiting;
        Assert.That(done!.Exit, Is.Zero, done.Error);
        Assert.That(done.Output, Does.Contain("converged"));
    }

    [Test]
    public async Task Logs_are_printed_with_their_origin()
    {
        await CreateAsync("web");
        var task = await host.AddTaskAsync(host.State.ServiceNamed("web")!, 1, TaskState.Running, FakeNode.Id.Value);
        host.Logs.Say(task.Id, "hello\n");
        host.Logs.End(task.Id);
        Assert.That(await OkAsync("service", "logs", "web"),
            Does.Match($@"^web\.1\.{task.Id.Value[..12]}@manager1 +\| hello$"));
    }

    [Test]
    public async Task Errors_are_printed_as_sentences()
    {
        var refused = await RunAsync("service", "create", "-d", "--no-resolve-image", "--publish", "80:80", "app:1");
        Assert.That(refused!.Exit, Is.EqualTo(1));
        Assert.That(refused.Error, Is.EqualTo("Error response from daemon: EndpointSpec.Ports: published ports in ingress "
            + "mode are not available yet: publish with mode=host"));
    }

    [Test]
    public async Task The_cluster_is_shown_and_changed()
    {
        Assert.That(await OkAsync("info"), Does.Contain("Is Manager: true").And.Contain("ClusterID: cluster1"));
        await OkAsync("swarm", "update", "--task-history-limit", "7");
        Assert.That(host.State.Cluster!.Spec.TaskHistoryLimit, Is.EqualTo(7));
        await OkAsync("swarm", "join-token", "--rotate", "worker");
        Assert.That(await OkAsync("swarm", "join-token", "-q", "worker"), Is.EqualTo(host.State.Cluster!.WorkerToken));
        Assert.That(await OkAsync("swarm", "ca"), Does.StartWith("-----BEGIN CERTIFICATE-----"));
    }

    private Task<string> CreateAsync(string name, params string[] options) =>
        OkAsync(["service", "create", "-d", "--no-resolve-image", "--name", name, .. options, "app:1", "sleep", "1"]);

    private async Task<string> OkAsync(params string[] arguments)
    {
        var done = await RunAsync(arguments);
        Assert.That(done!.Exit, Is.Zero, $"docker {string.Join(' ', arguments)}: {done.Error}");
        return done.Output;
    }

    private async Task<Finished?> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("docker", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOCKER_HOST"] = host.Address.Replace("http://", "tcp://", StringComparison.Ordinal);
        start.Environment.Remove("DOCKER_CONTEXT");
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            return null;
        }
        using (process)
        {
            using var patience = new CancellationTokenSource(ApiHost.Patience);
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new Finished(process.ExitCode, (await output).Trim(), (await error).Trim());
        }
    }

    private sealed record Finished(int Exit, string Output, string Error);
}
