using System.Diagnostics;
using System.Text.RegularExpressions;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration;

/// <summary>The samples run as their pages say.</summary>
internal sealed class SampleTests
{
    private static readonly string Samples = Path.Combine(Programs.RepositoryRoot, "samples");
    private DaemonProcess _daemon = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _daemon = await DaemonProcess.StartAsync();
        await _daemon.InitAsync();
    }

    [TearDown]
    public async Task EndAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();
    }

    [Test]
    public async Task Hello_shows_three_tasks_and_their_answers_and_removes_them()
    {
        var output = (await RunAsync(Path.Combine(Samples, "hello", "run.sh"))).Succeeded();
        Assert.That(output, Does.Contain("hello.1").And.Contain("hello.2").And.Contain("hello.3"));
        Assert.That(Regex.Count(output, "Hello from "), Is.EqualTo(3), output);
        Assert.That(Regex.Count(output, @"hello\.\d\..*\| listening on"), Is.EqualTo(3), output);
        Assert.That((await _daemon.Api.ReadAsync("/services")).AsArray(), Is.Empty);
    }

    [Test]
    public async Task The_service_file_is_created_changed_and_removed()
    {
        var script = Path.Combine(Samples, "service-file", "deploy.sh");
        var file = Path.Combine(Samples, "service-file", "web.json");
        Assert.That((await RunAsync(script, file)).Succeeded(), Is.EqualTo("created web"));
        var before = await _daemon.Api.WaitRunningAsync("web", 3);
        var service = await _daemon.Api.ReadAsync("/services/web");
        var template = service["Spec"]!["TaskTemplate"]!;
        Assert.That((long)template["Resources"]!["Limits"]!["MemoryBytes"]!, Is.EqualTo(256L << 20));
        Assert.That((int)template["ContainerSpec"]!["Healthcheck"]!["Retries"]!, Is.EqualTo(3));
        Assert.That(template["Placement"]!["Constraints"]!.AsArray(), Has.Count.EqualTo(2));
        await Eventually.Get("three tasks with their own variables", () => Task.FromResult(Expanded()), seen => seen.Length == 3);

        var changed = Path.Combine(_daemon.Scratch, "web.json");
        await File.WriteAllTextAsync(changed, (await File.ReadAllTextAsync(file)).Replace("\"SLOT=", "\"PLACE="));
        Assert.That((await RunAsync(script, changed)).Succeeded(), Is.EqualTo("updated web"));
        await Eventually.Get("three new tasks", () => _daemon.Api.RunningAsync("web"),
            tasks => tasks.Length == 3 && tasks.All(task => before.All(old => old.Id != task.Id)));
        (await RunAsync(script, "--remove", "web")).Succeeded();
        await Eventually.True("the end of every task", () => _daemon.Shims().IsEmpty);
    }

    /// <summary>Tasks whose variables were expanded.</summary>
    private int[] Expanded() =>
    [
        .. _daemon.TaskProcesses().Where(pid => File.ReadAllText($"/proc/{pid}/environ") is var text
            && text.Contains("SERVICE=web\0") && Regex.IsMatch(text, "SLOT=[123]\0")),
    ];

    private Task<ProgramResult> RunAsync(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(script, arguments);
        start.Environment["SWARMNET"] = Programs.Swarmnet;
        start.Environment["SWARMNET_HOST"] = $"unix://{_daemon.Socket}";
        start.Environment["SWARMNET_SOCKET"] = _daemon.Socket;
        return Programs.RunAsync(start);
    }
}
