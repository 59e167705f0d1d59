using System.Text.Json.Nodes;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Specs;

namespace Orchestrator.Tests.Cli.Commands;

/// <summary>Each flag of <c>service update</c> and what it changes.</summary>
[TestFixture]
public sealed class ServiceUpdateTests
{
    private const string Before = """
        {"ID":"svc1","Version":{"Index":41},"Spec":{"Name":"web","Labels":{"a":"1","b":"2"},
        "TaskTemplate":{"ContainerSpec":{"Image":"img:1","Args":["x"],"Env":["A=1","B=2"],
        "Mounts":[{"Type":"volume","Source":"v","Target":"/data"}],"Hosts":["10.0.0.5 db","10.0.0.6 web"],
        "CapabilityAdd":["CAP_NET_ADMIN"],"Healthcheck":{"Test":["NONE"]},"Ulimits":[{"Name":"nofile","Hard":2,"Soft":1}]},
        "Resources":{"Limits":{"NanoCPUs":5},"Reservations":{"GenericResources":[{"DiscreteResourceSpec":{"Kind":"gpu","Value":1}}]}},
        "Placement":{"Constraints":["node.role==worker"]},"ForceUpdate":3},
        "Mode":{"Replicated":{"Replicas":2}},
        "UpdateConfig":{"Parallelism":2,"FailureAction":"pause","MaxFailureRatio":0,"Order":"stop-first"},
        "EndpointSpec":{"Mode":"vip","Ports":[{"Protocol":"tcp","TargetPort":80,"PublishedPort":8080,"PublishMode":"host"}]}}}
        """;

    [TestCase("--image img:2", "TaskTemplate.ContainerSpec.Image", "\"img:2\"")]
    [TestCase("--args=a|'b|c'", "TaskTemplate.ContainerSpec.Args", """["a","b c"]""")]
    [TestCase("--force", "TaskTemplate.ForceUpdate", "4")]
    [TestCase("--env-add B=9 --env-add C=3 --env-rm A", "TaskTemplate.ContainerSpec.Env", """["B=9","C=3"]""")]
    [TestCase("--label-rm a --label-add c=3", "Labels", """{"b":"2","c":"3"}""")]
    [TestCase("--container-label-add k=v", "TaskTemplate.ContainerSpec.Labels", """{"k":"v"}""")]
    [TestCase("--mount-rm /data", "TaskTemplate.ContainerSpec.Mounts", "[]")]
    [TestCase("--mount-add type=tmpfs,target=/data", "TaskTemplate.ContainerSpec.Mounts", """[{"Type":"tmpfs","Target":"/data"}]""")]
    [TestCase("--host-rm db", "TaskTemplate.ContainerSpec.Hosts", """["10.0.0.6 web"]""")]
    [TestCase("--publish-rm 80", "EndpointSpec.Ports", "[]")]
    [TestCase("--publish-rm 8080:80/tcp", "EndpointSpec.Ports", "[]")]
    [TestCase("--constraint-rm node.role==worker --constraint-add node.id!=x", "TaskTemplate.Placement.Constraints", """["node.id!=x"]""")]
    [TestCase("--affinity-add service==db", "Labels", """{"a":"1","b":"2","swarmnet.affinities":"[\u0022service==db\u0022]"}""")]
    [TestCase("--affinity-rm service==db", "Labels", """{"a":"1","b":"2"}""")]
    [TestCase("--volumes-from-add db --network-from cache", "Labels", """{"a":"1","b":"2","swarmnet.network-from":"cache","swarmnet.volumes-from":"db"}""")]
    [TestCase("--volumes-from-add log --volumes-from-add db:ro", "Labels", """{"a":"1","b":"2","swarmnet.volumes-from":"log,db:ro"}""")]
    [TestCase("--ulimit-rm nofile", "TaskTemplate.ContainerSpec.Ulimits", "[]")]
    [TestCase("--generic-resource-rm gpu", "TaskTemplate.Resources.Reservations.GenericResources", "[]")]
    [TestCase("--cap-drop net_admin", "TaskTemplate.ContainerSpec.CapabilityDrop", """["CAP_NET_ADMIN"]""")]
    [TestCase("--cap-drop net_admin", "TaskTemplate.ContainerSpec.CapabilityAdd", "null")]
    [TestCase("--health-cmd ok", "TaskTemplate.ContainerSpec.Healthcheck.Test", """["CMD-SHELL","ok"]""")]
    [TestCase("--limit-memory 1m", "TaskTemplate.Resources.Limits", """{"NanoCPUs":5,"MemoryBytes":1048576}""")]
    [TestCase("--replicas 7", "Mode.Replicated.Replicas", "7")]
    [TestCase("--update-delay 1s", "UpdateConfig.Parallelism", "2")]
    [TestCase("--sysctl-add a=1", "TaskTemplate.ContainerSpec.Sysctls", """{"a":"1"}""")]
    [TestCase("--dns-add 1.1.1.1", "TaskTemplate.ContainerSpec.DNSConfig.Nameservers", """["1.1.1.1"]""")]
    [TestCase("--group-add 5", "TaskTemplate.ContainerSpec.Groups", """["5"]""")]
    [TestCase("--placement-pref-add spread=node.labels.z", "TaskTemplate.Placement.Preferences", """[{"Spread":{"SpreadDescriptor":"node.labels.z"}}]""")]
    public async Task A_flag_changes_its_part_and_keeps_the_rest(string flags, string path, string expected)
    {
        var request = await RequestAsync([.. flags.Split(' ').Select(word => word.Replace('|', ' ')), "web"]);
        var body = JsonNode.Parse(request.Body)!;
        var part = path.Split('.').Aggregate((JsonNode?)body, (node, name) => node?[name]);
        Assert.That(part?.ToJsonString() ?? "null", Is.EqualTo(JsonNode.Parse(expected)?.ToJsonString() ?? "null"));
        Assert.That(body["Name"]!.GetValue<string>(), Is.EqualTo("web"));
        Assert.That(request.Query, Does.Contain("version=41"));
    }

    [Test]
    public async Task Without_a_change_the_specification_goes_back_as_it_came()
    {
        var request = await RequestAsync(["web"]);
        var before = JsonNode.Parse(Before)!["Spec"];
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(request.Body), before), Is.True, request.Body);
    }

    [Test]
    public async Task A_rollback_asks_for_the_previous_specification()
    {
        var request = await RequestAsync(["--rollback", "web"]);
        Assert.That(request.Query, Does.Contain("rollback=previous"));
    }

    private static async Task<SeenRequest> RequestAsync(string[] args)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.On("GET /services/web", Before).On("POST /services/svc1/update", """{"Warnings":null}""");
        var outcome = await CliRun.RunAsync(daemon, ["service", "update", "-d", .. args]);
        Assert.That(outcome.Error, Is.Empty);
        Assert.That(outcome.Out, Is.EqualTo("web\n"));
        return daemon.Seen.Last();
    }

    [Test]
    public void Nothing_is_left_of_what_is_shared_no_more()
    {
        var spec = new ServiceSpecDto
        {
            Labels = new Dictionary<string, string>
            {
                ["a"] = "1", ["swarmnet.network-from"] = "db", ["swarmnet.volumes-from"] = "db:ro",
            },
        };
        DependencyLabels.WriteNetwork(spec, "");
        DependencyLabels.WriteVolumes(spec, []);
        Assert.That(spec.Labels, Is.EqualTo(new Dictionary<string, string> { ["a"] = "1" }));
    }
}
