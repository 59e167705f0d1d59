using System.Text.Json.Nodes;

namespace Orchestrator.Tests.Cli.Commands;

/// <summary>Each flag of <c>service create</c> and the part of the request it becomes.</summary>
[TestFixture]
public sealed class ServiceCreateTests
{
    private const string Image = "img:1";

    private static IEnumerable<TestCaseData> Flags() => ServiceFlags().Concat(ContainerFlags()).Concat(PolicyFlags());

    private static IEnumerable<TestCaseData> ServiceFlags()
    {
        yield return Case("--name web", "Name", "\"web\"");
        yield return Case("--label a=1 -l b", "Labels", """{"a":"1","b":""}""");
        yield return Case("--priority -5 --preempt", "Labels", """{"swarmnet.preempt":"true","swarmnet.priority":"-5"}""");
        yield return Case("--preempt=false", "Labels", """{"swarmnet.preempt":"false"}""");
        yield return Case("--rebalance auto", "Labels", """{"swarmnet.rebalance":"auto"}""");
        yield return Case("--network-from db --volumes-from db:ro --volumes-from log", "Labels",
            """{"swarmnet.network-from":"db","swarmnet.volumes-from":"db:ro,log"}""");
        yield return Case("--strategy binpack", "Labels", """{"swarmnet.strategy":"binpack"}""");
        yield return Case("--replicas 3", "Mode", """{"Replicated":{"Replicas":3}}""");
        yield return Case("--mode global", "Mode", """{"Global":{}}""");
        yield return Case("--mode global-job", "Mode", """{"GlobalJob":{}}""");
        yield return Case(
            "--mode replicated-job --replicas 5 --max-concurrent 2", "Mode", """{"ReplicatedJob":{"MaxConcurrent":2,"TotalCompletions":5}}""");
    }

    private static IEnumerable<TestCaseData> ContainerFlags()
    {
        const string container = "TaskTemplate.ContainerSpec.";
        yield return Case("--container-label x=y=z", container + "Labels", """{"x":"y=z"}""");
        yield return Case("--env A=1 -e A=2 -e B=", container + "Env", """["A=2","B="]""");
        yield return Case("-e FROM_CALLER -e UNSET", container + "Env", """["FROM_CALLER=here","UNSET"]""");
        yield return Case("--env-file vars --env B=9", container + "Env", """["A=1","B=9"]""");
        yield return Case("--hostname h-{{.Task.Slot}}", container + "Hostname", "\"h-{{.Task.Slot}}\"");
        yield return Case("--user 0:0", container + "User", "\"0:0\"");
        yield return Case("-u app", container + "User", "\"app\"");
        yield return Case("--group 10 --group 20", container + "Groups", """["10","20"]""");
        yield return Case("-w /srv", container + "Dir", "\"/srv\"");
        yield return Case("--entrypoint /bin/sh", container + "Command", """["/bin/sh"]""");
        yield return Case("-t", container + "TTY", "true");
        yield return Case("--init", container + "Init", "true");
        yield return Case("--init=false", container + "Init", "false");
        yield return Case("--read-only", container + "ReadOnly", "true");
        yield return Case("--stop-signal SIGINT", container + "StopSignal", "\"SIGINT\"");
        yield return Case("--stop-grace-period 1m30s", container + "StopGracePeriod", "90000000000");
        yield return Case("--oom-score-adj -5", container + "OomScoreAdj", "-5");
        yield return Case("--cap-add net_admin --cap-add CAP_SYS_TIME", container + "CapabilityAdd", """["CAP_NET_ADMIN","CAP_SYS_TIME"]""");
        yield return Case("--cap-drop all", container + "CapabilityDrop", """["ALL"]""");
        yield return Case("--sysctl net.core.somaxconn=512", container + "Sysctls", """{"net.core.somaxconn":"512"}""");
        yield return Case("--ulimit nofile=1024:2048", container + "Ulimits", """[{"Name":"nofile","Hard":2048,"Soft":1024}]""");
        yield return Case("--host db:10.0.0.5", container + "Hosts", """["10.0.0.5 db"]""");
        yield return Case(
            "--dns 8.8.8.8 --dns-search a.b --dns-option ndots:2", container + "DNSConfig",
            """{"Nameservers":["8.8.8.8"],"Search":["a.b"],"Options":["ndots:2"]}""");
        yield return Case(
            "--health-cmd true --health-interval 1s --health-timeout 2s --health-retries 3 --health-start-period 4s "
            + "--health-start-interval 5ms", container + "Healthcheck",
            """{"Test":["CMD-SHELL","true"],"Interval":1000000000,"Timeout":2000000000,"StartPeriod":4000000000,"StartInterval":5000000,"Retries":3}""");
        yield return Case("--no-healthcheck", container + "Healthcheck", """{"Test":["NONE"]}""");
        yield return Case(
            "--mount type=bind,src=/a,dst=/b,ro", container + "Mounts",
            """[{"Type":"bind","Source":"/a","Target":"/b","ReadOnly":true}]""");
        yield return Case(
            "-p published=8080,target=80,mode=host", "EndpointSpec.Ports",
            """[{"Protocol":"tcp","TargetPort":80,"PublishedPort":8080,"PublishMode":"host"}]""");
        yield return Case(
            "-p 53:5353/udp", "EndpointSpec.Ports",
            """[{"Protocol":"udp","TargetPort":5353,"PublishedPort":53,"PublishMode":"ingress"}]""");
    }

    private static IEnumerable<TestCaseData> PolicyFlags()
    {
        yield return Case("--endpoint-mode dnsrr", "EndpointSpec.Mode", "\"dnsrr\"");
        yield return Case(
            "--limit-cpu 0.5 --limit-memory 64m --limit-pids 100", "TaskTemplate.Resources.Limits",
            """{"NanoCPUs":500000000,"MemoryBytes":67108864,"Pids":100}""");
        yield return Case(
            "--reserve-cpu 1 --reserve-memory 1.5g --generic-resource gpu=2", "TaskTemplate.Resources.Reservations",
            """{"NanoCPUs":1000000000,"MemoryBytes":1610612736,"GenericResources":[{"DiscreteResourceSpec":{"Kind":"gpu","Value":2}}]}""");
        yield return Case(
            "--constraint node.role==worker --constraint node.labels.disk!=hdd --placement-pref spread=node.labels.zone "
            + "--replicas-max-per-node 2", "TaskTemplate.Placement",
            """{"Constraints":["node.role==worker","node.labels.disk!=hdd"],"Preferences":[{"Spread":{"SpreadDescriptor":"node.labels.zone"}}],"MaxReplicas":2}""");
        yield return Case(
            "--affinity service==cache --affinity service!=~self --strategy binpack", "Labels",
            """{"swarmnet.strategy":"binpack","swarmnet.affinities":"[\u0022service==cache\u0022,\u0022service!=~self\u0022]"}""");
        yield return Case(
            "--restart-condition on-failure --restart-delay 3s --restart-max-attempts 4 --restart-window 1m",
            "TaskTemplate.RestartPolicy",
            """{"Condition":"on-failure","Delay":3000000000,"MaxAttempts":4,"Window":60000000000}""");
        yield return Case(
            "--update-parallelism 0 --update-delay 1s --update-monitor 2s --update-order start-first --update-failure-action rollback "
            + "--update-max-failure-ratio 0.2", "UpdateConfig",
            """{"Parallelism":0,"Delay":1000000000,"FailureAction":"rollback","Monitor":2000000000,"MaxFailureRatio":0.2,"Order":"start-first"}""");
        yield return Case(
            "--rollback-delay 10ms", "RollbackConfig",
            """{"Parallelism":1,"Delay":10000000,"FailureAction":"pause","MaxFailureRatio":0,"Order":"stop-first"}""");
        yield return Case(
            "--log-driver json-file --log-opt max-size=1m --log-opt max-file=2", "TaskTemplate.LogDriver",
            """{"Name":"json-file","Options":{"max-file":"2","max-size":"1m"}}""");
    }

    private static TestCaseData Case(string flags, string path, string expected) =>
        new TestCaseData(flags, path, expected).SetName($"service create {flags}".Replace('.', '_'));

    [TestCaseSource(nameof(Flags))]
    public async Task A_flag_becomes_its_part_of_the_request(string flags, string path, string expected)
    {
        var body = await BodyAsync([.. flags.Split(' '), Image]);
        var part = path.Split('.').Aggregate((JsonNode?)body, (node, name) => node?[name]);
        Assert.That(part?.ToJsonString(), Is.EqualTo(JsonNode.Parse(expected)!.ToJsonString()), body.ToJsonString());
    }

    [Test]
    public async Task Without_flags_nothing_but_the_image_is_asked_for()
    {
        var body = await BodyAsync([Image]);
        Assert.That(body.ToJsonString(), Is.EqualTo(
            """{"Labels":null,"TaskTemplate":{"ContainerSpec":{"Image":"img:1"},"ForceUpdate":0},"Mode":{"Replicated":{}}}"""));
    }

    [Test]
    public async Task Flags_after_the_image_belong_to_the_command()
    {
        var body = await BodyAsync(["--name", "p", Image, "ping", "-c", "3", "--name", "-d"]);
        Assert.That(body["TaskTemplate"]!["ContainerSpec"]!["Args"]!.ToJsonString(), Is.EqualTo("""["ping","-c","3","--name","-d"]"""));
        Assert.That(body["Name"]!.GetValue<string>(), Is.EqualTo("p"));
    }

    [Test]
    public async Task A_value_may_look_like_a_flag_or_be_empty()
    {
        var body = await BodyAsync(["--hostname", "--name", "--user=", "--workdir=/a=b:c", "@file"]);
        var container = body["TaskTemplate"]!["ContainerSpec"]!;
        Assert.That(container["Hostname"]!.GetValue<string>(), Is.EqualTo("--name"));
        Assert.That(container["User"]!.GetValue<string>(), Is.Empty);
        Assert.That(container["Dir"]!.GetValue<string>(), Is.EqualTo("/a=b:c"));
        Assert.That(container["Image"]!.GetValue<string>(), Is.EqualTo("@file"));
    }

    [TestCase("--limit-memory lots", "not a size")]
    [TestCase("--limit-cpu x", "not a number of CPUs")]
    [TestCase("--mount type=bind,target=/x", "needs source=")]
    [TestCase("--publish 99999", "not a port")]
    [TestCase("--restart-delay 5", "lacks a unit")]
    [TestCase("--restart-condition sometimes", "use one of none, on-failure, any")]
    [TestCase("--replicas -1", "not a whole number")]
    [TestCase("--replica 3", "Did you mean --replicas")]
    [TestCase("--mode global --replicas 2", "does not fit --mode global")]
    [TestCase("--no-healthcheck --health-cmd x", "exclude each other")]
    [TestCase("--env-file missing", "cannot read missing")]
    [TestCase("--constraint node.role=worker", "node.role==worker")]
    [TestCase("--update-max-failure-ratio 2", "from 0 to 1")]
    [TestCase("--cap-add X --cap-drop X", "both in")]
    [TestCase("--timeout soon", "--timeout")]
    [TestCase("--init=maybe", "use true or false")]
    public async Task A_wrong_value_is_a_usage_error_and_nothing_is_sent(string flags, string message)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        var outcome = await CliRun.RunAsync(daemon, ["service", "create", .. flags.Split(' '), Image]);
        Assert.That(outcome.Error, Does.StartWith("Error: ").And.Contains(message));
        Assert.That(outcome.ExitCode, Is.EqualTo(2));
        Assert.That(daemon.Seen, Is.Empty);
    }

    [Test]
    public async Task A_refused_ingress_port_brings_the_line_that_works()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.On("POST /services/create", """{"message":"published ports in ingress mode are not supported"}""", 501);
        var outcome = await CliRun.RunAsync(daemon, "service", "create", "-p", "8080:80", Image);
        Assert.That(outcome.Error, Does.Contain("--publish published=8080,target=80,mode=host"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
    }

    private static async Task<JsonNode> BodyAsync(string[] args)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.On("POST /services/create", """{"ID":"svc1"}""", 201);
        var outcome = await CliRun.RunAsync(
            environment => environment with
            {
                Variable = name => name == "FROM_CALLER" ? "here" : null,
                ReadFile = path => path == "vars" ? "# a comment\nA=1\nB=2\nUNSET\n" : throw new FileNotFoundException(path),
            },
            ["-H", daemon.Address, "service", "create", "-d", .. args]);
        Assert.That(outcome.Error, Is.Empty);
        Assert.That(outcome.Out, Is.EqualTo("svc1\n"));
        return JsonNode.Parse(daemon.Seen.Single().Body)!;
    }
}
