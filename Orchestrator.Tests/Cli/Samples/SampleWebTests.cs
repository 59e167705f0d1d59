using System.Net.Sockets;
using Orchestrator.Model;
using Orchestrator.Tests.Runtime.Processes;

namespace Orchestrator.Tests.Cli.Samples;

[Parallelizable(ParallelScope.None)]
public sealed class SampleWebTests
{
    [Test]
    public async Task A_service_of_the_sample_image_answers_on_its_port_and_ends_with_exit_code_0()
    {
        await using var host = new ProcessHost();
        var id = await host.StartAsync(ProcessHost.Container(new ContainerSpec
        {
            Image = "swarmnet:latest",
            Args = ["sample", "web"],
        }) with { HostPorts = [new PortConfig { Target = 8080, Mode = PublishMode.Host }] });
        var port = (await host.Runtime.InspectAsync(id, default))!.Ports[0].Published;
        Assert.That(await host.FirstLineAsync(id), Is.EqualTo($"listening on http://0.0.0.0:{port}"));

        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.That(await client.GetStringAsync("/"),
            Is.EqualTo($"Hello from {Environment.MachineName} task web.1.{id}\n"));
        Assert.That(await client.GetStringAsync("/healthz"), Is.EqualTo("ok\n"));
        using var missing = await client.GetAsync("/nothing");
        Assert.That((int)missing.StatusCode, Is.EqualTo(404));
        using var posted = await client.PostAsync("/", new StringContent("x"));
        Assert.That((int)posted.StatusCode, Is.EqualTo(200));

        await host.Runtime.StopAsync(id, TimeSpan.FromSeconds(30), default);
        Assert.That((await host.Runtime.InspectAsync(id, default))?.ExitCode, Is.Zero);
    }

    [Test]
    public async Task A_taken_port_is_said_and_the_exit_code_is_not_0()
    {
        await using var host = new ProcessHost();
        using var taken = new TcpListener(System.Net.IPAddress.IPv6Any, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;

        var seen = await host.RunAsync(ProcessHost.Container(new ContainerSpec
        {
            Image = "swarmnet", Args = ["sample", "web", "--port", $"{port}"],
        }));

        Assert.That(seen.ExitCode, Is.EqualTo(1));
        Assert.That(await host.LogAsync(seen.ContainerId), Does.StartWith($"cannot listen on port {port}"));
    }
}
