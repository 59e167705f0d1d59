using System.Globalization;
using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Runtime.Docker;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Tests.Runtime.Docker;

public sealed class ObservationReaderTests
{
    private const string Labels = """{"swarmnet.cluster.id":"cluster1","swarmnet.task.id":"t1"}""";

    [Test]
    public void An_ended_container_tells_its_exit_code_and_times()
    {
        var seen = Inspect("""
            "State":{"Status":"exited","OOMKilled":true,"ExitCode":137,"Pid":0,
              "StartedAt":"2026-11-20T18:00:00.123456789Z","FinishedAt":"2026-11-20T18:00:01Z","Health":null}
            """)!;
        Assert.That(seen.State, Is.EqualTo(ContainerState.Exited));
        Assert.That(seen.ExitCode, Is.EqualTo(137));
        Assert.That(seen.OutOfMemory);
        Assert.That(seen.StartedAt, Is.EqualTo(Moment("2026-11-20T18:00:00.1234567Z")));
        Assert.That(seen.FinishedAt, Is.EqualTo(Moment("2026-11-20T18:00:01Z")));
    }

    [Test]
    public void A_container_that_failed_to_start_is_created_and_says_why()
    {
        var seen = Inspect("""
            "State":{"Status":"created","ExitCode":128,"Error":"port taken","StartedAt":"0001-01-01T00:00:00Z"}
            """)!;
        Assert.That(seen.State, Is.EqualTo(ContainerState.Created));
        Assert.That(seen.ExitCode, Is.Null);
        Assert.That(seen.Error, Is.EqualTo("port taken"));
        Assert.That(seen.StartedAt, Is.Null);
    }

    [Test]
    public void A_running_container_tells_health_and_bound_ports_once_for_both_ip_families()
    {
        var seen = Inspect("""
            "State":{"Status":"running","Pid":7,"StartedAt":"2026-11-20T18:00:00Z","Health":{"Status":"starting"}},
            "NetworkSettings":{"Ports":{"81/tcp":null,"53/udp":[{"HostIp":"::","HostPort":"49154"}],
              "80/tcp":[{"HostIp":"0.0.0.0","HostPort":"49153"},{"HostIp":"::","HostPort":"49155"}]}}
            """)!;
        Assert.That(seen.Pid, Is.EqualTo(7));
        Assert.That(seen.ExitCode, Is.Null);
        Assert.That(seen.Health, Is.EqualTo(ContainerHealth.Starting));
        Assert.That(seen.Ports, Is.EqualTo(new[]
        {
            new PortConfig { Target = 53, Protocol = PortProtocol.Udp, Published = 49154, Mode = PublishMode.Host },
            new PortConfig { Target = 80, Published = 49153, Mode = PublishMode.Host },
        }));
    }

    [TestCase("Up 3 minutes (healthy)", ContainerHealth.Healthy)]
    [TestCase("Up 3 minutes (unhealthy)", ContainerHealth.Unhealthy)]
    [TestCase("Up 1 second (health: starting)", ContainerHealth.Starting)]
    [TestCase("Up 3 minutes", ContainerHealth.None)]
    public void The_lists_words_tell_health(string status, ContainerHealth health)
    {
        var summary = JsonSerializer.Deserialize(
            $$"""[{"Id":"c1","State":"running","Status":"{{status}}","Labels":{{Labels}},"Ports":null}]""",
            EngineJson.Default.ContainerSummaryArray)!.Single();
        Assert.That(ObservationReader.Read(summary, RuntimeTasks.Cluster)!.Health, Is.EqualTo(health));
    }

    [Test]
    public void A_terminal_is_told_by_a_label_because_the_list_does_not()
    {
        const string labels = """{"swarmnet.cluster.id":"cluster1","swarmnet.task.id":"t1","swarmnet.tty":"true"}""";
        var summary = JsonSerializer.Deserialize(
            $$"""[{"Id":"c1","State":"running","Labels":{{labels}}}]""", EngineJson.Default.ContainerSummaryArray)!;
        Assert.That(ObservationReader.Read(summary.Single(), RuntimeTasks.Cluster)!.Tty);
    }

    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("""{"swarmnet.cluster.id":"another","swarmnet.task.id":"t1"}""")]
    [TestCase("""{"swarmnet.cluster.id":"cluster1"}""")]
    public void A_container_of_somebody_else_is_not_seen(string labels) =>
        Assert.That(Inspect("\"State\":{\"Status\":\"running\"}", labels), Is.Null);

    [TestCase("{}")]
    [TestCase("""{"State":null,"Config":null,"NetworkSettings":null}""")]
    public void Nothing_but_nulls_is_tolerated(string json) =>
        Assert.That(ObservationReader.Read(Parse(json), RuntimeTasks.Cluster), Is.Null);

    [Test]
    public void Every_answer_can_be_read_from_an_empty_object()
    {
        var info = JsonSerializer.Deserialize("""{"Plugins":null}""", EngineJson.Default.EngineInfo)!;
        Assert.That(InfoReader.Read(info).Plugins, Is.Empty);
        var stats = JsonSerializer.Deserialize("""{"memory_stats":{}}""", EngineJson.Default.StatsReading)!;
        Assert.That(StatsReader.Read(stats, 100), Is.EqualTo(new ContainerStats(0, 0, 0, 0)));
    }

    [Test]
    public void The_resources_that_an_engine_declares_are_read_and_nonsense_is_left_out()
    {
        var info = JsonSerializer.Deserialize("""
            {"GenericResources":[{"DiscreteResourceSpec":{"Kind":"ssd","Value":3}},{"NamedResourceSpec":{"Kind":"gpu","Value":"one"}},
             {},{"DiscreteResourceSpec":{"Kind":"none","Value":0}},{"NamedResourceSpec":{"Kind":"","Value":"x"}}]}
            """, EngineJson.Default.EngineInfo)!;
        Assert.That(InfoReader.Read(info).Resources.Generic, Is.EqualTo(new[]
        {
            new GenericResource { Kind = "ssd", Count = 3 }, new GenericResource { Kind = "gpu", Unit = "one" },
        }));
    }

    [TestCase("""{"total_inactive_file":30,"inactive_file":20}""", 70)]
    [TestCase("""{"inactive_file":20}""", 80)]
    [TestCase("""{"inactive_file":200}""", 0)]
    public void Memory_in_use_leaves_out_the_cache_of_either_cgroup_version(string counters, long bytes)
    {
        var json = $$$"""
            {"cpu_stats":{"cpu_usage":{"total_usage":5}},"pids_stats":{"current":2},
             "memory_stats":{"usage":100,"limit":1000,"stats":{{{counters}}}}}
            """;
        var reading = JsonSerializer.Deserialize(json, EngineJson.Default.StatsReading)!;
        Assert.That(StatsReader.Read(reading, hostMemory: 1001), Is.EqualTo(new ContainerStats(5, bytes, 1000, 2)));
        var unlimited = StatsReader.Read(reading, hostMemory: 1000);
        Assert.That(unlimited.MemoryLimitBytes, Is.Zero, "the host's memory is no limit");
    }

    private static ContainerObservation? Inspect(string rest, string labels = Labels) => ObservationReader.Read(
        Parse($$"""{"Id":"c1","Config":{"Labels":{{labels}}},{{rest}}}"""), RuntimeTasks.Cluster);

    private static ContainerDetails Parse(string json) =>
        JsonSerializer.Deserialize(json, EngineJson.Default.ContainerDetails)!;

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
