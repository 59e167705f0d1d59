using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Runtime.Processes;

namespace Orchestrator.Tests.Runtime.Processes;

public sealed class TaskPlannerTests
{
    private static readonly ContainerSpec Plain = new() { Image = "sleep:latest", Args = ["1"] };

    [Test]
    public void The_image_names_a_program_of_the_host()
    {
        Assert.That(Plan(Plain).Argv, Is.EqualTo(new[] { ProgramPath.Find("sleep", ProgramPath.Default, "/")!, "1" }));
        Assert.That(Plan(new ContainerSpec { Image = "/bin/sh" }).Argv, Is.EqualTo(new[] { "/bin/sh" }));
        Assert.That(Plan(new ContainerSpec { Image = "x", Command = ["sh"], Args = ["-c", "true"] }).Argv[1..],
            Is.EqualTo(new[] { "-c", "true" }));
    }

    [TestCase("swarmnet")]
    [TestCase("swarmnet:latest")]
    [TestCase("swarmnet:1.2@sha256:0123")]
    public void The_image_swarmnet_is_this_binary(string image) =>
        Assert.That(Plan(new ContainerSpec { Image = image, Args = ["sample", "web"] }).Argv,
            Is.EqualTo(new[] { "/bin/true", "sample", "web" }));

    [TestCase("nginx:1.27", "nginx")]
    [TestCase("registry:5000/a/b", "registry:5000/a/b")]
    [TestCase("registry:5000/a/b:c@sha256:d", "registry:5000/a/b")]
    public void A_tag_and_a_digest_are_no_part_of_the_program(string image, string program) =>
        Assert.That(ProgramPath.FromImage(image), Is.EqualTo(program));

    [Test]
    public void An_unknown_program_is_rejected_with_the_way_out() =>
        Assert.That(Refusal(new ContainerSpec { Image = "no-such-image:3" }), Is.EqualTo(
            "no such program: no-such-image (the process runtime takes the image as a program on the host; "
            + "start Docker to run containers)"));

    private static IEnumerable<TestCaseData> Impossible =>
    [
        new(Plain with { Mounts = [new Mount { Target = "/x" }] }, "mounts"),
        new(Plain with { Tty = true }, "terminal"),
        new(Plain with { OpenStdin = true }, "standard input"),
        new(Plain with { ReadOnly = true }, "read-only"),
        new(Plain with { CapabilityDrop = ["ALL"] }, "dropped capabilities"),
        new(Plain with { CapabilityAdd = ["NET_ADMIN"] }, "added capabilities"),
        new(Plain with { Sysctls = StringMap.Empty.Add("net.ipv4.ip_forward", "1") }, "sysctls"),
        new(Plain with { Hosts = ["1.2.3.4 a"] }, "extra hosts"),
        new(Plain with { Dns = new DnsConfig { Nameservers = ["1.1.1.1"] } }, "DNS"),
        new(Plain with { Dir = "/no/such/directory" }, "/no/such/directory"),
        new(Plain with { Dir = "relative" }, "absolute"),
        new(Plain with { User = "no-such-user" }, "no-such-user"),
        new(Plain with { StopSignal = "SIGNOTHING" }, "SIGNOTHING"),
        new(Plain with { Health = new HealthCheck { Test = ["TELEPATHY", "x"] } }, "TELEPATHY"),
        new(Plain with { Env = ["=x"] }, "environment variable"),
    ];

    [TestCaseSource(nameof(Impossible))]
    public void What_cannot_be_honoured_is_rejected_by_name(ContainerSpec spec, string word) =>
        Assert.That(Refusal(spec), Does.Contain(word));

    [TestCase("fluentd", "", "", "fluentd")]
    [TestCase("json-file", "max-size", "much", "max-size")]
    [TestCase("json-file", "max-file", "0", "max-file")]
    [TestCase("", "max-sighs", "3", "max-sighs")]
    public void Log_settings_that_mean_nothing_are_rejected(string driver, string option, string value, string word)
    {
        var config = new DriverConfig
        {
            Name = driver, Options = option.Length == 0 ? StringMap.Empty : StringMap.Empty.Add(option, value),
        };

        Assert.That(Assert.Throws<RuntimeException>(() => LogLimits.From(config))?.Message, Does.Contain(word));
    }

    [TestCase("10m", 10L << 20)]
    [TestCase("512k", 512L << 10)]
    [TestCase("1g", 1L << 30)]
    [TestCase("2MB", 2L << 20)]
    [TestCase("77", 77L)]
    public void Log_sizes_are_read_as_docker_reads_them(string text, long bytes) => Assert.That(
        LogLimits.From(new DriverConfig { Options = StringMap.Empty.Add("max-size", text) }).Bytes, Is.EqualTo(bytes));

    [TestCase("SIGTERM", 15)]
    [TestCase("term", 15)]
    [TestCase("9", 9)]
    [TestCase("SIGRTMIN+3", 37)]
    [TestCase("RTMAX-1", 63)]
    [TestCase("SIGRTMIN+99", null)]
    [TestCase("65", null)]
    [TestCase("", null)]
    public void Signals_have_names_and_numbers(string text, int? number) =>
        Assert.That(SignalNames.Parse(text), Is.EqualTo(number));

    [Test]
    public void A_plan_survives_its_file()
    {
        var file = Path.GetTempFileName();
        var plan = Plan(Plain with
        {
            Env = ["A=1\n2", "B=", "C==x"], Health = new HealthCheck { Test = ["CMD", "true"], Retries = 4 },
        }) with { Ports = [new PortConfig { Name = "a b", Target = 1, Published = 2, Protocol = PortProtocol.Udp },
            new PortConfig { Target = 3, Published = 4, HostIp = "::1" }] };

        plan.Save(file);
        var read = TaskPlan.Load(file)!;

        Assert.That(read.Env, Is.EqualTo(plan.Env).And.Contains("A=1\n2").And.Contains("B=").And.Contains("C==x"));
        Assert.That(read.Argv, Is.EqualTo(plan.Argv));
        Assert.That(read.Ports, Is.EqualTo(plan.Ports));
        Assert.That(read.HealthTest, Is.EqualTo(new[] { "CMD", "true" }));
        Assert.That(read with { Env = [], Argv = [], Ports = [], HealthTest = [], Cgroups = [], Health = plan.Health },
            Is.EqualTo(plan with { Env = [], Argv = [], Ports = [], HealthTest = [], Cgroups = [] }));
        File.Delete(file);
    }

    private static string Refusal(ContainerSpec spec)
    {
        var failure = Assert.Throws<RuntimeException>(() => Plan(spec));
        Assert.That(failure?.Failure, Is.EqualTo(RuntimeFailure.Rejected));
        return failure!.Message;
    }

    private static TaskPlan Plan(ContainerSpec spec) => new TaskPlanner(
        new ProcessRuntimeOptions("/nowhere", ProcessHost.Cluster, "/bin/true"),
        CgroupHost.Detect("/nowhere"),
        new HostAccounts())
        .Plan(ProcessHost.Container(spec), []);
}
