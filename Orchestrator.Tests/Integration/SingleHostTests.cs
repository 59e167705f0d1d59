using System.Net;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration;

/// <summary>The quick start and what follows it, on one host without an engine, as a user types it.</summary>
[TestFixture(Client.Swarmnet)]
[TestFixture(Client.Docker)]
internal sealed class SingleHostTests(Client client)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private DaemonProcess _daemon = null!;

    [SetUp]
    public async Task StartAsync()
    {
        Clients.Require(client);
        _daemon = await DaemonProcess.StartAsync();
    }

    [TearDown]
    public async Task EndAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();
    }

    [Test]
    public async Task A_service_lives_its_whole_life()
    {
        var joinLine = (await _daemon.SwarmAsync(client, "init", "--advertise-addr", "127.0.0.1")).Succeeded();
        Assert.That(joinLine, Does.Match(@"join --token SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25} 127\.0\.0\.1:\d+"));
        await CreateAnsweringAsync();
        await ShowLogsAsync();
        (await _daemon.RunAsync(client, "service", "scale", "-d", "web=5")).Succeeded();
        await _daemon.Api.WaitRunningAsync("web", 5);
        (await _daemon.RunAsync(client, "service", "update", "-d", "--env-add", "COLOUR=blue", "web")).Succeeded();
        await Eventually.Get("five processes with the new variable", Coloured, count => count == 5);
        var tasks = await _daemon.Api.WaitRunningAsync("web", 5);
        Assert.That(tasks.Select(task => task.Pid), Is.EquivalentTo(_daemon.TaskProcesses()));

        Assert.That((await _daemon.RunAsync(client, "service", "rm", "web")).Succeeded(), Is.EqualTo("web"));
        await Eventually.Get("no service", () => _daemon.Api.ReadAsync("/services"), list => list.AsArray().Count == 0);
        await Eventually.True("the end of every task", () => _daemon.Shims().IsEmpty);
        (await _daemon.SwarmAsync(client, "leave", "--force")).Succeeded();
        Assert.That(_daemon.ReadLog(), Does.Not.Contain("tasks were left running"), _daemon.ReadLog());
        Assert.That((string?)(await _daemon.Api.ReadAsync("/info"))["Swarm"]!["LocalNodeState"], Is.EqualTo("inactive"));
    }

    [Test]
    public async Task An_update_of_the_image_replaces_the_tasks()
    {
        await _daemon.InitAsync();
        (await _daemon.RunAsync(client, "service", "create", "-d", "--name", "s", "--replicas", "2", "sleep", "6000"))
            .Succeeded();
        var before = await _daemon.Api.WaitRunningAsync("s", 2);
        (await _daemon.RunAsync(client, "service", "update", "-d", "--image", "tail", "--args", "-f /dev/null", "s"))
            .Succeeded();
        await Eventually.Get("two tails", () => Task.FromResult(_daemon.TaskProcesses().Select(Programs.CommandLine)
            .ToImmutableArray()), lines => lines is [var one, var two] && one == two && one.Contains("tail -f /dev/null"));
        var after = await _daemon.Api.WaitRunningAsync("s", 2);
        Assert.That(after.Select(task => task.Id).Intersect(before.Select(task => task.Id)), Is.Empty);
        var history = (await _daemon.RunAsync(client, "service", "ps", "s")).Succeeded();
        Assert.That(history.Split('\n').Count(line => line.Contains("Shutdown")), Is.EqualTo(2), history);
    }

    [Test]
    public async Task Watching_a_service_to_its_goal_ends_when_it_is_reached()
    {
        await _daemon.InitAsync();
        var made = await _daemon.RunAsync(client, "service", "create", "--name", "s", "--replicas", "2", "sleep", "6000");
        made.Succeeded();
        Assert.That(made.All, Does.Contain("onverged"));
        Assert.That(await _daemon.Api.RunningAsync("s"), Has.Length.EqualTo(2));
    }

    private async Task CreateAnsweringAsync()
    {
        (await _daemon.RunAsync(client, "service", "create", "-d", "--name", "web", "--replicas", "3",
            "--publish", "mode=host,target=8080", "swarmnet", "sample", "web")).Succeeded();
        foreach (var task in await _daemon.Api.WaitRunningAsync("web", 3))
        {
            var answer = await Eventually.Get("an answer of the task",
                () => Http.GetAsync(new Uri($"http://127.0.0.1:{task.Port}/")), got => got.StatusCode == HttpStatusCode.OK);
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.StartWith("Hello from "));
        }
        var list = (await _daemon.RunAsync(client, "service", "ls")).Succeeded();
        Assert.That(list, Does.Contain("web").And.Contain("3/3"));
        var tasks = (await _daemon.RunAsync(client, "service", "ps", "web")).Succeeded();
        Assert.That(tasks, Does.Contain("web.1").And.Contain("web.2").And.Contain("web.3").And.Contain("Running"));
    }

    private async Task ShowLogsAsync()
    {
        var logs = await _daemon.RunAsync(client, "service", "logs", "web");
        Assert.That(logs.Succeeded().Split('\n').Count(line => line.Contains("listening on http")), Is.EqualTo(3));
        Assert.That(logs.Output, Does.Contain("web.1.").And.Contain("web.2.").And.Contain("web.3."));
    }

    private Task<int> Coloured() => Task.FromResult(_daemon.TaskProcesses().Count(HasColour));

    private static bool HasColour(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ").Contains("COLOUR=blue\0");
        }
        catch (IOException)
        {
            return false; // it has just ended
        }
    }
}
