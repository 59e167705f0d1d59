using System.Net;
using Orchestrator.Hosting;
using Orchestrator.Model;

namespace Orchestrator.Tests.Hosting;

public sealed class DaemonOptionsTests
{
    private string directory = "";

    [SetUp]
    public void MakeDirectory() => directory = Directory.CreateTempSubdirectory("swarmnet-options-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(directory, recursive: true);

    [Test]
    public void Without_settings_the_documented_defaults_hold()
    {
        var options = Read([], [], null);
        Assert.That(options.DataDirectory, Is.EqualTo("/var/lib/swarmnet"));
        Assert.That(options.SocketPath, Is.EqualTo("/run/swarmnet/swarmnet.sock"));
        Assert.That(options.Listen, Is.EqualTo(new IPEndPoint(IPAddress.Any, 2377)));
        Assert.That(options.Hostname, Is.EqualTo("machine"));
        Assert.That(options.Runtime, Is.EqualTo(RuntimeChoice.Auto));
        Assert.That(options.DockerSocket, Is.EqualTo("/var/run/docker.sock"));
        Assert.That(options.TcpHosts, Is.Empty);
    }

    [Test]
    public void A_flag_beats_the_environment_and_that_beats_the_file()
    {
        const string File = """{ "hostname": "from-file", "runtime": "docker", "log-format": "json" }""";
        var environment = new Dictionary<string, string>
        {
            ["SWARMNET_HOSTNAME"] = "from-environment", ["SWARMNET_RUNTIME"] = "process",
        };
        var options = Read(new() { ["hostname"] = ["from-flag"] }, environment, File);
        Assert.That(options.Hostname, Is.EqualTo("from-flag"));
        Assert.That(options.Runtime, Is.EqualTo(RuntimeChoice.Process));
        Assert.That(options.LogFormat, Is.EqualTo(LogFormat.Json));
    }

    [Test]
    public void Lists_come_from_repeated_flags_from_commas_and_from_arrays()
    {
        var flags = Read(new() { ["engine-labels"] = ["a=1", "b=2"] }, [], null);
        var environment = Read([], new() { ["SWARMNET_ENGINE_LABELS"] = "a=1, b=2" }, null);
        var file = Read([], [], """{ "engine-labels": ["a=1", "b=2"] }""");
        foreach (var options in new[] { flags, environment, file })
            Assert.That(options.EngineLabels.Select(label => $"{label.Key}={label.Value}"), Is.EqualTo(new[] { "a=1", "b=2" }));
    }

    [Test]
    public void Resources_are_kept_back_and_declared()
    {
        var flags = Read(new() { ["reserve"] = ["cpu=0.5,memory=512m"], ["generic-resources"] = ["ssd=3", "gpu=one", "tty=/dev/ttyS0"] }, [], null);
        var environment = Read([], new() { ["SWARMNET_RESERVE"] = "cpu=0.5,memory=512m", ["SWARMNET_GENERIC_RESOURCES"] = "ssd=3,gpu=one,tty=/dev/ttyS0" }, null);
        foreach (var options in new[] { flags, environment })
        {
            Assert.That((options.Reserve.NanoCpus, options.Reserve.MemoryBytes), Is.EqualTo((500_000_000L, 512L << 20)));
            Assert.That(options.GenericResources, Is.EqualTo(new[]
            {
                new GenericResource { Kind = "ssd", Count = 3 }, new GenericResource { Kind = "gpu", Unit = "one" },
                new GenericResource { Kind = "tty", Unit = "/dev/ttyS0" },
            }));
        }
    }

    [TestCase("reserve", "disk=1", "expected cpu=NUMBER,memory=SIZE")]
    [TestCase("reserve", "cpu=many", "is not a number of CPUs")]
    [TestCase("generic-resources", "gpu", "expected KIND=NUMBER, KIND=NAME or KIND=DEVICE")]
    [TestCase("generic-resources", "tty=/dev/../etc/passwd", "expected KIND=NUMBER, KIND=NAME or KIND=DEVICE")]
    [TestCase("generic-resources", "tty=/etc/passwd", "expected KIND=NUMBER, KIND=NAME or KIND=DEVICE")]
    [TestCase("runtime", "podman", "--runtime: 'podman': expected one of auto, docker, process")]
    [TestCase("runtime", "1", "expected one of")]
    [TestCase("hosts", "tcp://0.0.0.0:2375", "only loopback addresses are served")]
    [TestCase("hosts", "127.0.0.1:2375", "expected tcp://ADDRESS:PORT")]
    [TestCase("listen-addr", "nonsense", "expected an IP address, or IP:PORT")]
    [TestCase("docker-host", "tcp://10.0.0.1:2375", "the engine must run on this host")]
    [TestCase("engine-labels", "novalue", "expected NAME=VALUE")]
    [TestCase("hostname", "a b", "a hostname has")]
    [TestCase("raft-heartbeat", "100", "lacks a unit")]
    [TestCase("raft-heartbeat", "120ms", "give a multiple of the tick, which is 50 ms")]
    [TestCase("raft-election", "400ms", "at least five heartbeats (500 ms)")]
    [TestCase("raft-election", "20s", "give at least three election timeouts")]
    [TestCase("raft-snapshot-entries", "99", "--raft-snapshot-entries: '99': expected a whole number from 100 to 1000000")]
    [TestCase("raft-snapshot-entries", "1000001", "expected a whole number")]
    [TestCase("raft-snapshot-entries", "1e3", "expected a whole number")]
    public void A_bad_value_is_refused_with_its_name_and_reason(string name, string value, string message)
    {
        Assert.That(() => Read(new() { [name] = [value] }, [], null),
            Throws.TypeOf<OptionException>().With.Message.Contains(message));
    }

    [Test]
    public void The_managers_timing_can_be_set()
    {
        var options = Read(new() { ["raft-heartbeat"] = ["200ms"], ["raft-election"] = ["2s"] }, [], null);
        var raft = options.RaftOf("/log", new NodeId("n"), "192.0.2.1:2377");
        Assert.That((raft.Heartbeat, raft.Election), Is.EqualTo((TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2))));
    }

    [Test]
    public void The_length_of_the_managers_log_can_be_set()
    {
        Assert.That(Lengths(Read([], [], null)), Is.EqualTo((10_000, 1000)), "by default");
        Assert.That(Lengths(Read(new() { ["raft-snapshot-entries"] = ["200"] }, [], null)), Is.EqualTo((200, 20)));
    }

    [TestCase("{", "is not valid JSON")]
    [TestCase("[]", "expected one JSON object")]
    [TestCase("""{ "runtim": "docker" }""", "unknown setting 'runtim'")]
    [TestCase("""{ "runtime": 3 }""", "'runtime' must be a string or a list of strings")]
    [TestCase("""{ "runtime": "podman" }""", "'runtime' in the configuration file: 'podman'")]
    public void A_bad_file_is_refused_with_the_reason(string file, string message)
    {
        Assert.That(() => Read([], [], file), Throws.TypeOf<OptionException>().With.Message.Contains(message));
    }

    private static (int Snapshot, int Kept) Lengths(DaemonOptions options)
    {
        var raft = options.RaftOf("/log", new NodeId("n"), "192.0.2.1:2377");
        return (raft.SnapshotEntries, raft.KeptEntries);
    }

    private DaemonOptions Read(Dictionary<string, string[]> flags, Dictionary<string, string> environment, string? file)
    {
        var path = Path.Combine(directory, "swarmnet.json");
        if (file is not null)
            File.WriteAllText(path, file);
        var configured = OptionSources.ReadFile(path, DaemonOptions.Names);
        return DaemonOptions.From(new OptionSources(flags, environment.GetValueOrDefault, configured), "machine");
    }
}
