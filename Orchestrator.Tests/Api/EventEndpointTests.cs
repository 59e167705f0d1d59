using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

public sealed class EventEndpointTests
{
    private ApiHost host = null!;

    [SetUp]
    public async Task StartAsync() => host = await ApiHost.StartManagerAsync();

    [TearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public async Task A_service_that_comes_changes_and_goes_is_told()
    {
        using var events = await FollowAsync("");
        var service = await host.CreateServiceAsync("web");
        Assert.That(await NextAsync(events), Is.EqualTo($$"""service create {{service.Id}} {"name":"web"}"""));
        await host.ApplyAsync(Change.Update(service with
        {
            Spec = service.Spec with { Mode = new ServiceMode { Replicas = 2 } },
            UpdateStatus = new UpdateStatus { State = UpdateState.Updating },
        }));
        Assert.That(await NextAsync(events), Is.EqualTo($$"""
            service update {{service.Id}} {"name":"web","replicas.new":"2","replicas.old":"1","updatestate.new":"updating"}
            """));
        await host.SendAsync("DELETE", "/services/web");
        Assert.That(await NextAsync(events), Is.EqualTo($$"""service remove {{service.Id}} {"name":"web"}"""));
    }

    [Test]
    public async Task Only_what_fits_the_filters_is_told()
    {
        using var events = await FollowAsync("""{"type":{"node":true},"event":{"update":true}}""");
        await host.CreateServiceAsync("web");
        var node = host.State.Node(FakeNode.Id)!;
        await host.ApplyAsync(Change.Update(node with { Spec = node.Spec with { Availability = Availability.Drain } }));
        Assert.That(await NextAsync(events), Is.EqualTo("node update manager1id "
            + """{"availability.new":"drain","availability.old":"active","name":"manager1"}"""));
    }

    [Test]
    public async Task A_time_in_the_past_ends_the_stream_at_once()
    {
        var answer = await host.GetAsync("/v1.50/events?since=1&until=2");
        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That(answer.Body, Is.Empty);
    }

    private async Task<StreamReader> FollowAsync(string filters)
    {
        var response = await host.Client.GetAsync(
            $"/v1.50/events?filters={Uri.EscapeDataString(filters)}", HttpCompletionOption.ResponseHeadersRead);
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    private static async Task<string> NextAsync(StreamReader events)
    {
        using var patience = new CancellationTokenSource(ApiHost.Patience);
        var one = JsonNode.Parse((await events.ReadLineAsync(patience.Token))!)!;
        Assert.That((string)one["scope"]!, Is.EqualTo("swarm"));
        return $"{one["Type"]} {one["Action"]} {one["Actor"]!["ID"]} {one["Actor"]!["Attributes"]!.ToJsonString()}";
    }
}
