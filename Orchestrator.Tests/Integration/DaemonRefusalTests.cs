using System.Net.Sockets;

namespace Orchestrator.Tests.Integration;

/// <summary>What a daemon cannot start with: each its own message, a code that says so, and nothing touched.</summary>
internal sealed class DaemonRefusalTests
{
    private const int Usage = 2;
    private const int Failure = 1;

    [TestCase("--runtime", "podman", "podman")]
    [TestCase("--listen-addr", "nonsense", "nonsense")]
    [TestCase("--listen-addr", "127.0.0.1:99999", "99999")]
    [TestCase("--hostname", "two words", "two words")]
    [TestCase("--engine-label", "no-value", "no-value")]
    [TestCase("--host", "tcp://192.0.2.1:2375", "loopback")]
    [TestCase("--host", "ftp://127.0.0.1:1", "ftp")]
    [TestCase("--docker-host", "tcp://1.2.3.4:2375", "unix://")]
    [TestCase("--log-format", "xml", "xml")]
    public Task A_flag_with_a_value_that_cannot_be_used_is_named(string flag, string value, string expected) =>
        RefusedAsync(new DaemonSetup { Runtime = "", Listen = "", MoreArguments = [flag, value] }, Usage, flag, expected);

    [Test]
    public Task An_unknown_flag_is_named() =>
        RefusedAsync(new DaemonSetup { MoreArguments = ["--data-dri", "x"] }, Usage, "--data-dri");

    [Test]
    public Task The_environment_is_checked_like_flags()
    {
        var bad = ImmutableSortedDictionary<string, string>.Empty.Add("SWARMNET_RUNTIME", "podman");
        return RefusedAsync(new DaemonSetup { Runtime = "", Environment = bad }, Usage, "SWARMNET_RUNTIME", "podman");
    }

    [TestCase("{", "JSON")]
    [TestCase("[]", "object")]
    [TestCase("{\"colour\":\"red\"}", "colour")]
    [TestCase("{\"runtime\":7}", "runtime")]
    [TestCase("{\"runtime\":\"podman\"}", "podman")]
    public async Task A_configuration_file_is_checked_like_flags(string content, string expected)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, content);
        await RefusedAsync(new DaemonSetup { Runtime = "", MoreArguments = ["--config", file] }, Usage, expected);
        File.Delete(file);
    }

    [Test]
    public Task A_configuration_file_that_is_named_must_exist() =>
        RefusedAsync(new DaemonSetup { MoreArguments = ["--config", "/no/such/file"] }, Usage, "/no/such/file");

    [Test]
    public async Task Two_daemons_on_one_data_directory_are_one_too_many()
    {
        await using var first = await DaemonProcess.StartAsync();
        await first.InitAsync();
        await RefusedAsync(new DaemonSetup { DataDirectory = first.DataDirectory }, Failure, first.DataDirectory);
        Assert.That((await first.Api.GetAsync("/services")).Status, Is.EqualTo(200), "the first goes on");
    }

    [Test]
    public async Task A_data_directory_of_a_newer_version_is_left_alone()
    {
        await using var daemon = await DaemonProcess.StartAsync();
        await daemon.InitAsync();
        await daemon.TerminateAsync();
        var file = Path.Combine(daemon.DataDirectory, "node.json");
        var newer = (await File.ReadAllTextAsync(file)).Replace("\"Format\": 1,", "\"Format\": 99,");
        Assert.That(newer, Does.Contain("99"), "the file has a version");
        await File.WriteAllTextAsync(file, newer);
        var before = Contents(daemon.DataDirectory);
        Assert.That(await daemon.RunToEndAsync(), Is.EqualTo(Failure), daemon.ReadLog());
        Assert.That(daemon.ReadLog(), Does.Contain("newer").And.Contain("99"));
        Assert.That(Contents(daemon.DataDirectory), Is.EqualTo(before));
    }

    [Test]
    public async Task A_socket_that_another_daemon_serves_is_not_taken()
    {
        await using var first = await DaemonProcess.StartAsync();
        await RefusedAsync(new DaemonSetup { Socket = first.Socket }, Failure, first.Socket);
        Assert.That((await first.Api.GetAsync("/_ping")).Status, Is.EqualTo(200), "the first goes on");
    }

    [Test]
    public async Task A_cluster_port_that_is_taken_is_told_at_init_and_leaves_nothing()
    {
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        await using var daemon = await DaemonProcess.StartAsync(new DaemonSetup { Listen = taken.LocalEndpoint.ToString()! });
        var answer = await daemon.Api.PostAsync("/swarm/init", new System.Text.Json.Nodes.JsonObject
        {
            ["ListenAddr"] = taken.LocalEndpoint.ToString(), ["AdvertiseAddr"] = "127.0.0.1",
        });
        Assert.That(answer.Status, Is.EqualTo(503), answer.Body);
        Assert.That(answer.Message, Does.Contain(taken.LocalEndpoint.ToString()).And.Contain("--listen-addr"));
        Assert.That(Directory.EnumerateFileSystemEntries(daemon.DataDirectory).Select(Path.GetFileName),
            Is.SubsetOf(new[] { "lock", "processes", "certificates" }));
        Assert.That((string?)(await daemon.Api.ReadAsync("/info"))["Swarm"]!["LocalNodeState"], Is.EqualTo("inactive"));
    }

    [TestCase(Client.Swarmnet)]
    [TestCase(Client.Docker)]
    public async Task Another_user_is_told_that_he_may_not(Client client)
    {
        Clients.Require(client);
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("needs root to become another user");
        await using var daemon = await DaemonProcess.StartAsync();
        File.SetUnixFileMode(daemon.Scratch, (UnixFileMode)0b111_101_101);
        var program = client == Client.Docker ? "/usr/bin/docker" : CopyOfSwarmnet(daemon);
        var refused = await Programs.RunAsync("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            program, "--host", $"unix://{daemon.Socket}", "node", "ls");
        Assert.That(refused.ExitCode, Is.Not.Zero);
        Assert.That(refused.Errors, Does.Contain("ermission denied").And.Contain(daemon.Socket));
        Assert.That(refused.Output, Is.Empty);
    }

    /// <summary>Where everybody may read it: the build's own directory is perhaps not.</summary>
    private static string CopyOfSwarmnet(DaemonProcess daemon)
    {
        var source = Path.GetDirectoryName(Programs.Swarmnet)!;
        foreach (var file in Directory.EnumerateFiles(source, "swarmnet*"))
            File.Copy(file, Path.Combine(daemon.Scratch, Path.GetFileName(file)));
        return Path.Combine(daemon.Scratch, "swarmnet");
    }

    private static async Task RefusedAsync(DaemonSetup setup, int code, params string[] expected)
    {
        await using var daemon = DaemonProcess.Prepare(setup);
        var got = await daemon.RunToEndAsync();
        Assert.That(got, Is.EqualTo(code), daemon.ReadLog());
        foreach (var text in expected)
            Assert.That(daemon.ReadLog(), Does.Contain(text));
        Assert.That(daemon.ReadLog(), Does.Not.Contain("   at "), "a message, no stack trace");
        Assert.That(setup.DataDirectory is not null || !Directory.Exists(daemon.DataDirectory)
            || !Directory.EnumerateFiles(daemon.DataDirectory).Any(file => !file.EndsWith("/lock")), "nothing is written");
    }

    private static string[] Contents(string directory) =>
    [
        .. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith("/lock")) // it names the process
            .Order()
            .Select(file => $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}"),
    ];
}
