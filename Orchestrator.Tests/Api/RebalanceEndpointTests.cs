using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

public sealed class RebalanceEndpointTests
{
    private const string Path = "/swarmnet/v1/rebalance";

    private ApiHost _host = null!;
    private Service _web = null!;

    /// <summary>Three tasks on the first node, and a second that is empty.</summary>
    [SetUp]
    public async Task StartAsync()
    {
        _host = await ApiHost.StartManagerAsync();
        _web = await _host.CreateServiceAsync("web", 3);
        for (var slot = 1; slot <= 3; slot++)
            await _host.AddTaskAsync(_web, slot, TaskState.Running, FakeNode.Id.Value);
        await _host.ApplyAsync(Change.Create(ApiHost.SampleNode("empty", "node2")));
    }

    [TearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public async Task Tasks_are_marked_and_the_answer_says_which_and_why()
    {
        var answer = await _host.PostAsync(Path, "{}");
        Assert.That(answer.Status, Is.EqualTo(200), answer.Body);
        var move = answer.Json["Moves"]!.AsArray().Single()!;
        var marked = _host.State.Tasks.Values.Single(task => task.Eviction is not null);
        Assert.That((string)move["Task"]!, Is.EqualTo(marked.Id.Value));
        Assert.That((string)move["Service"]! + (string)move["From"]! + (string)move["To"]!, Is.EqualTo("webmanager1node2"));
        Assert.That((string)move["Why"]!, Is.EqualTo("3 of its tasks on manager1, 0 on node2"));
        Assert.That((marked.Eviction!.Gentle, marked.Eviction.Reason), Is.EqualTo((true, "rebalanced: 3 of its tasks on manager1, 0 on node2")));
        var shown = (await _host.GetAsync($"/tasks/{marked.Id}")).Json;
        Assert.That((string)shown["Status"]!["Err"]!, Does.StartWith("rebalanced: "));
        var again = (await _host.PostAsync(Path, "{}")).Json;
        Assert.That(again["Moves"]!.AsArray(), Is.Empty);
        Assert.That((int)again["UnderWay"]!, Is.EqualTo(1));
    }

    [Test]
    public async Task A_dry_run_changes_nothing()
    {
        var before = _host.State.Index;
        var answer = await _host.PostAsync(Path, """{"DryRun":true,"Services":["web"]}""");
        Assert.That(answer.Json["Moves"]!.AsArray(), Has.Count.EqualTo(1));
        Assert.That(_host.State.Index, Is.EqualTo(before));
    }

    [Test]
    public async Task What_changes_meanwhile_is_decided_again()
    {
        _host.Proposer.Meanwhile = () =>
        {
            _host.Proposer.Meanwhile = null;
            return Transaction.Of(Change.Update(_host.State.Node(new NodeId("empty"))! with { Spec = new NodeSpec { Availability = Availability.Drain } }),
                Change.Update(_host.State.Service(_web.Id)!));
        };
        var answer = await _host.PostAsync(Path, "{}");
        Assert.That(answer.Json["Moves"]!.AsArray(), Is.Empty);
        Assert.That(_host.State.Tasks.Values.Select(task => task.Eviction), Is.All.Null);
    }

    [TestCase("""{"MaxMoves":0}""", 400, "MaxMoves: 0 is not a number from 1 to 1000")]
    [TestCase("""{"MaxMoves":1001}""", 400, "MaxMoves: 1001 is not a number from 1 to 1000")]
    [TestCase("""{"Services":["nobody"]}""", 404, "service nobody not found")]
    public async Task What_makes_no_sense_is_refused(string body, int status, string message)
    {
        var answer = await _host.PostAsync(Path, body);
        Assert.That((answer.Status, answer.Message), Is.EqualTo((status, message)));
    }

    [TestCase("auto", 201)]
    [TestCase("off", 201)]
    [TestCase("always", 400)]
    public async Task The_label_says_auto_or_off(string value, int status)
    {
        var answer = await _host.PostAsync("/services/create", $$$"""
            {"Name":"labelled","Labels":{"swarmnet.rebalance":"{{{value}}}"},"TaskTemplate":{"ContainerSpec":{"Image":"app:1"} } }
            """);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Body);
        if (status == 400)
            Assert.That(answer.Message, Is.EqualTo("label swarmnet.rebalance: unknown value 'always', need auto or off"));
    }
}
