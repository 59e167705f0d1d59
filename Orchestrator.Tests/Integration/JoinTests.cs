using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Tests.Integration;

/// <summary>Joining a real manager over loopback, and everything that can be wrong with it.</summary>
internal sealed class JoinTests
{
    private static readonly TimeSpan Quickly = TimeSpan.FromSeconds(5);
    private DaemonProcess _manager = null!;
    private DaemonProcess _worker = null!;
    private string _address = "";
    private string _token = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _manager = await DaemonProcess.StartAsync(new DaemonSetup { Hostname = "manager" });
        _worker = await DaemonProcess.StartAsync(new DaemonSetup { Hostname = "worker" });
        _address = await _manager.InitAsync();
        _token = (string)(await _manager.Api.ReadAsync("/swarm"))["JoinTokens"]!["Worker"]!;
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_manager is not null)
            await _manager.DisposeAsync();
        if (_worker is not null)
            await _worker.DisposeAsync();
    }

    [Test]
    public Task A_token_that_is_none_is_refused_before_anything_is_sent() => RefusedAsync("nonsense", _address, "token");

    [Test]
    public Task A_wrong_secret_is_told_as_such() =>
        RefusedAsync(_token[..^25] + new string('0', 24) + "1", _address, "token");

    [Test]
    public Task A_token_of_another_cluster_is_told_by_its_digest() =>
        RefusedAsync("SWMTKN-1-" + new string('1', 50) + _token[^26..], _address, "digest");

    [Test]
    public async Task A_closed_port_is_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var closed = listener.LocalEndpoint.ToString()!;
        listener.Stop();
        await RefusedAsync(_token, closed, closed, "refused");
    }

    [Test]
    public async Task A_port_that_never_answers_is_not_waited_for_long()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await RefusedAsync(_token, silent.LocalEndpoint.ToString()!, silent.LocalEndpoint.ToString()!);
    }

    [Test]
    public async Task A_web_server_is_not_a_manager()
    {
        using var web = new HttpListener();
        var port = FreePort();
        web.Prefixes.Add($"http://127.0.0.1:{port}/");
        web.Start();
        await RefusedAsync(_token, $"127.0.0.1:{port}", $"127.0.0.1:{port}");
    }

    [TestCase("127.0.0.1:99999")]
    [TestCase("no such host:2377")]
    [TestCase("")]
    public Task An_address_that_is_none_is_named(string address) => RefusedAsync(_token, address, address);

    [Test]
    public async Task Who_is_in_a_cluster_already_is_told_so_and_stays_in_it()
    {
        var refused = await JoinAsync(_manager, _token, _address);
        Assert.That(refused.ExitCode, Is.Not.Zero);
        Assert.That(refused.Errors, Does.Contain("already part of a swarm"));
        Assert.That((await _manager.Api.ReadAsync("/nodes")).AsArray(), Has.Count.EqualTo(1));
    }

    private async Task RefusedAsync(string token, string address, params string[] expected)
    {
        var before = Files();
        var clock = Stopwatch.StartNew();
        var refused = await JoinAsync(_worker, token, address);
        Assert.That(refused.ExitCode, Is.Not.Zero, refused.All);
        Assert.That(clock.Elapsed, Is.LessThan(Quickly));
        TestContext.Out.WriteLine(refused.Errors.Trim());
        foreach (var text in expected)
            Assert.That(refused.Errors, Does.Contain(text));
        Assert.That(refused.Errors, Does.Not.Contain("   at ").And.Not.Contain("Exception"));
        Assert.That(refused.Output, Is.Empty);
        Assert.That(Files(), Is.EqualTo(before), "nothing is left behind");
        Assert.That((string?)(await _worker.Api.ReadAsync("/info"))["Swarm"]!["LocalNodeState"], Is.EqualTo("inactive"));
        Assert.That((await _manager.Api.ReadAsync("/nodes")).AsArray(), Has.Count.EqualTo(1), "no node came to be");
    }

    private static Task<ProgramResult> JoinAsync(DaemonProcess daemon, string token, string address) =>
        daemon.SwarmnetAsync("join", "--token", token, address);

    private string[] Files() =>
        [.. Directory.EnumerateFiles(_worker.DataDirectory, "*", SearchOption.AllDirectories).Order()];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
