using Orchestrator.Api.Http;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

/// <summary>Everything a client can get wrong is answered with a sentence that says what, and changes nothing.</summary>
public sealed class BadInputTests
{
    private ApiHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await ApiHost.StartManagerAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [TearDown]
    public void Nothing_was_stored() => Assert.That(host.State.Services, Is.Empty);

    [TestCase("", 400, "invalid JSON: the request has no body")]
    [TestCase("null", 400, "the body is null")]
    [TestCase("{bad", 400, "invalid JSON (line 1, byte 1)")]
    [TestCase("[]", 400, "invalid JSON: an object is needed")]
    [TestCase("{} {}", 400, "invalid JSON (line 1, byte 3)")]
    [TestCase("{}", 400, "mismatched Runtime and *Spec fields")]
    [TestCase("""{"Name":"a","Name":"b"}""", 400, "given twice")]
    [TestCase("""{"TaskTemplate":{"ContainerSpec":{"StopGracePeriod":"5s"}}}""", 400,
        "TaskTemplate.ContainerSpec.StopGracePeriod has a value of the wrong type")]
    [TestCase("""{"Mode":{"Replicated":{"Replicas":-1}}}""", 400, "Mode.Replicated.Replicas has a value of the wrong type")]
    [TestCase("""{"Mode":{"Replicated":{"Replicas":1.5}}}""", 400, "Mode.Replicated.Replicas has")]
    [TestCase("""{"TaskTemplate":{"ContainerSpec":{"TTY":"yes"}}}""", 400, "TaskTemplate.ContainerSpec.TTY has")]
    [TestCase("""{"Labels":{"a":1}}""", 400, "Labels.a has a value of the wrong type")]
    [TestCase("""{"Mode":{"Global":{},"Replicated":{}},"TaskTemplate":{"ContainerSpec":{"Image":"a"}}}""", 400,
        "must specify only one service mode")]
    public Task A_body_that_is_no_service_is_refused(string body, int status, string message) =>
        RefusedAsync(body, status, message);

    [TestCase("a b")]
    [TestCase("-a")]
    [TestCase("a-")]
    [TestCase("a.b")]
    [TestCase("ä")]
    [TestCase("1234567890123456789012345678901234567890123456789012345678901234")]
    public Task A_bad_name_is_refused(string name) =>
        RefusedAsync("{\"Name\":\"" + name + "\"," + """ "TaskTemplate":{"ContainerSpec":{"Image":"a"}}}""", 400,
            "name must be valid as a DNS name component");

    [TestCase(""" "UpdateConfig":{"FailureAction":"explode"} """, 400, "UpdateConfig.FailureAction: unknown value 'explode'")]
    [TestCase(""" "UpdateConfig":{"Order":"x"} """, 400, "UpdateConfig.Order: unknown value 'x'")]
    [TestCase(""" "UpdateConfig":{"Delay":-1} """, 400, "UpdateConfig.Delay: a duration cannot be negative")]
    [TestCase(""" "UpdateConfig":{"MaxFailureRatio":1.5} """, 400, "UpdateConfig.MaxFailureRatio")]
    [TestCase(""" "RollbackConfig":{"FailureAction":"rollback"} """, 400, "RollbackConfig.FailureAction")]
    [TestCase(""" "Mode":{"Replicated":{"Replicas":1000001}} """, 400, "1000001 is more than the limit of 1000000")]
    [TestCase(""" "Mode":{"Global":{}} """, 501, "global services are not available yet")]
    [TestCase(""" "Mode":{"ReplicatedJob":{}} """, 501, "replicated-job services are not available yet")]
    [TestCase(""" "Networks":[{"Target":"n"}] """, 501, "networks of services are not available yet")]
    [TestCase(""" "Labels":{"":"x"} """, 400, "Labels: a label has no name")]
    [TestCase(""" "EndpointSpec":{"Mode":"x"} """, 400, "EndpointSpec.Mode: unknown value 'x'")]
    [TestCase(""" "EndpointSpec":{"Ports":[{"TargetPort":80}]} """, 501, "publish with mode=host")]
    [TestCase(""" "EndpointSpec":{"Ports":[{"PublishMode":"host"}]} """, 400, "TargetPort: need a port")]
    [TestCase(""" "EndpointSpec":{"Ports":[{"TargetPort":70000,"PublishMode":"host"}]} """, 400, "not 70000")]
    [TestCase(""" "EndpointSpec":{"Ports":[{"TargetPort":80,"Protocol":"icmp","PublishMode":"host"}]} """, 400, "'icmp'")]
    [TestCase(""" "EndpointSpec":{"Mode":"dnsrr","Ports":[{"TargetPort":80,"PublishMode":"ingress"}]} """, 400,
        "EndpointSpec: port published with ingress mode can't be used with dnsrr mode")]
    [TestCase(""" "EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":1,"PublishMode":"host"},"""
        + """{"TargetPort":81,"PublishedPort":1,"PublishMode":"host"}]} """, 400,
        "EndpointSpec: duplicate published ports provided")]
    [TestCase(""" "EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":9,"PublishedPortEnd":9,"PublishMode":"host"}]} """, 400,
        "EndpointSpec.Ports: 9-9 is no range of ports")]
    [TestCase(""" "EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":9,"PublishedPortEnd":70000,"PublishMode":"host"}]} """, 400,
        "EndpointSpec.Ports: 9-70000 is no range of ports")]
    [TestCase(""" "EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":8,"PublishedPortEnd":9,"PublishMode":"ingress"}]} """, 400,
        "EndpointSpec.Ports: a range and an address of the node need mode=host")]
    [TestCase(""" "EndpointSpec":{"Ports":[{"TargetPort":80,"HostIP":"here","PublishMode":"host"}]} """, 400, "'here' is not an IP")]
    [TestCase(""" "EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":9,"HostIP":"10.0.0.1","PublishMode":"host"},"""
        + """{"TargetPort":81,"PublishedPort":9,"HostIP":"0.0.0.0","PublishMode":"host"}]} """, 400,
        "EndpointSpec: duplicate published ports provided")]
    [TestCase(""" "Labels":{"swarmnet.priority":"1001"} """, 400, "label swarmnet.priority: '1001' is no whole number from -1000 to 1000")]
    [TestCase(""" "Labels":{"swarmnet.strategy":"best"} """, 400, "label swarmnet.strategy: unknown strategy 'best'")]
    [TestCase(""" "Labels":{"swarmnet.preempt":"yes"} """, 400, "label swarmnet.preempt: need true or false, not 'yes'")]
    [TestCase(""" "Labels":{"swarmnet.network-from":"a b"} """, 400, "label swarmnet.network-from: 'a b' is no service")]
    [TestCase(""" "Labels":{"swarmnet.volumes-from":"b:rx"} """, 400, "label swarmnet.volumes-from: 'b:rx' is not understood")]
    [TestCase(""" "Labels":{"swarmnet.volumes-from":"b,b"} """, 400, "label swarmnet.volumes-from: names a service twice")]
    [TestCase(""" "Labels":{"swarmnet.volumes-from":"a0,a1,a2,a3,a4,a5,a6,a7,a8,a9,b0,b1,b2,b3,b4,b5,b6"} """, 400, "the limit of 16")]
    [TestCase(""" "Labels":{"swarmnet.network-from":"b"},"EndpointSpec":{"Ports":[{"TargetPort":80,"PublishMode":"host"}]} """, 400,
        "a task that shares the network of another cannot have published ports of its own")]
    public Task A_setting_of_the_service_is_refused(string member, int status, string message) =>
        RefusedAsync("{\"Name\":\"a\"," + member + ""","TaskTemplate":{"ContainerSpec":{"Image":"a"}}}""", status, message);

    [TestCase("\"Hostname\":\"h\"", "a hostname")]
    [TestCase("\"Hosts\":[\"10.0.0.1 b\"]", "extra hosts")]
    [TestCase("\"DNSConfig\":{\"Nameservers\":[\"10.0.0.1\"]}", "DNS settings")]
    public Task A_network_of_another_is_taken_as_it_is(string member, string own) => RefusedAsync(
        """{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a","Labels":{"swarmnet.network-from":"b"},""" + member + "}}}",
        400, $"a task that shares the network of another cannot have {own} of its own");

    [TestCase(""" "Resources":{"Limits":{"NanoCPUs":1}} """, 400, "invalid cpu value 1E-09: Must be at least 0.001")]
    [TestCase(""" "Resources":{"Limits":{"MemoryBytes":100}} """, 400, "invalid memory value 100: Must be at least 4MiB")]
    [TestCase(""" "Resources":{"Reservations":{"MemoryBytes":-4194304}} """, 400, "invalid memory value -4194304")]
    [TestCase(""" "Resources":{"Limits":{"Pids":-1}} """, 400, "invalid pids value -1")]
    [TestCase(""" "Resources":{"Reservations":{"GenericResources":[{}]}} """, 400, "each needs either")]
    [TestCase(""" "Resources":{"Reservations":{"GenericResources":[{"NamedResourceSpec":{"Kind":"GPU","Value":"u"}}]}} """,
        400, "not for one by name")]
    [TestCase(""" "Resources":{"Reservations":{"GenericResources":[{"DiscreteResourceSpec":{"Kind":"GPU","Value":1}},"""
        + """{"DiscreteResourceSpec":{"Kind":"GPU","Value":1}}]}} """, 400, "'GPU' is asked for twice")]
    [TestCase(""" "RestartPolicy":{"Condition":"always"} """, 400, "RestartPolicy.Condition: unknown value 'always'")]
    [TestCase(""" "RestartPolicy":{"Window":-5} """, 400, "RestartPolicy.Window: a duration cannot be negative")]
    [TestCase(""" "Placement":{"Constraints":["node.bogus"]} """, 400, "expected an operator")]
    [TestCase(""" "Placement":{"Constraints":["node.bogus==x"]} """, 400, "unknown key 'node.bogus'")]
    [TestCase(""" "Placement":{"Constraints":["node.hostname==a\u0000"]} """, 400, "zero character")]
    [TestCase(""" "LogDriver":{"Name":"a\u0000"} """, 400, "LogDriver.Name: a text holds a zero character")]
    [TestCase(""" "Placement":{"Constraints":[null]} """, 400, "expected a key")]
    [TestCase(""" "Placement":{"Preferences":[{}]} """, 400, "only Spread is known")]
    [TestCase(""" "Placement":{"Preferences":[{"Spread":{"SpreadDescriptor":"zone"}}]} """, 400, "cannot spread over 'zone'")]
    [TestCase(""" "Placement":{"Preferences":[{"Spread":{"SpreadDescriptor":"node.labels.a==b"}}]} """, 400, "cannot spread")]
    [TestCase(""" "Runtime":"plugin" """, 501, "only the runtime 'container'")]
    [TestCase(""" "Networks":[{"Target":"n"}] """, 501, "networks of services are not available yet")]
    public Task A_setting_of_the_task_is_refused(string member, int status, string message) =>
        RefusedAsync("""{"Name":"a","TaskTemplate":{"ContainerSpec":{"Image":"a"},""" + member + "}}", status, message);

    [TestCase(""" "Image":"" """, 400, "ContainerSpec: image reference must be provided")]
    [TestCase(""" "Image":"a b" """, 400, "image reference is not valid")]
    [TestCase(""" "Env":["=x"] """, 400, "'=x' has no name")]
    [TestCase(""" "Env":["A=\u0000"] """, 400, "zero character")]
    [TestCase(""" "Args":["\u0000"] """, 400, "zero character")]
    [TestCase(""" "Dir":"tmp" """, 400, "not an absolute path")]
    [TestCase(""" "StopSignal":"SIG TERM" """, 400, "is no signal")]
    [TestCase(""" "StopGracePeriod":-1 """, 400, "StopGracePeriod: a duration cannot be negative")]
    [TestCase(""" "OomScoreAdj":1001 """, 400, "need -1000 to 1000")]
    [TestCase(""" "Hostname":"a b" """, 400, "is no host name")]
    [TestCase(""" "Hostname":"{{.Nope}}" """, 400, "ContainerSpec: hostname:")]
    [TestCase(""" "Env":["A={{.Task.Slot"] """, 400, "ContainerSpec: environment variable A:")]
    [TestCase(""" "Labels":{"swarmnet.affinities":"service==a"} """, 400, "need a JSON list of texts")]
    [TestCase(""" "Labels":{"com.docker.swarm.affinities":"[1]"} """, 400, "need a JSON list of texts")]
    [TestCase(""" "Labels":{"swarmnet.affinities":"[\"service=a\"]"} """, 400, "expected an operator")]
    [TestCase(""" "Labels":{"swarmnet.affinities":"[\"node.id==a\"]"} """, 400, "belongs in a constraint")]
    [TestCase(""" "Env":["affinity:service==a @ zones("] """, 400, "unknown key 'zones('")]
    [TestCase(""" "Env":["constraint:node.bogus==a"] """, 400, "unknown key 'node.bogus'")]
    [TestCase(""" "Labels":{"swarmnet.affinities":"[\"\\ud800\"]"} """, 400, "need a JSON list of texts")]
    [TestCase(""" "Hosts":["foo"] """, 400, "need IP NAME")]
    [TestCase(""" "DNSConfig":{"Nameservers":["x"]} """, 400, "'x' is no IP address")]
    [TestCase(""" "Healthcheck":{"Test":["RUN"]} """, 400, "Healthcheck.Test: need")]
    [TestCase(""" "Healthcheck":{"Interval":1000} """, 400, "cannot be shorter than 1 ms")]
    [TestCase(""" "Healthcheck":{"Retries":-1} """, 400, "Healthcheck.Retries")]
    [TestCase(""" "Ulimits":[{"Name":"nofile","Soft":5,"Hard":1}] """, 400, "must not be above")]
    [TestCase(""" "CapabilityAdd":[""] """, 400, "is no name")]
    [TestCase(""" "Secrets":[{}] """, 501, "secrets are not available yet")]
    [TestCase(""" "Configs":[{}] """, 501, "configs are not available yet")]
    [TestCase(""" "Privileges":{"NoNewPrivileges":true} """, 501, "ContainerSpec.Privileges")]
    [TestCase(""" "Isolation":"hyperv" """, 400, "ContainerSpec.Isolation")]
    [TestCase(""" "Mounts":[{"Type":"bind","Source":"/a"}] """, 400, "a mount has no Target")]
    [TestCase(""" "Mounts":[{"Target":"/a"}] """, 400, "ContainerSpec.Mounts.Type: unknown value ''")]
    [TestCase(""" "Mounts":[null] """, 400, "ContainerSpec.Mounts.Type: unknown value ''")]
    [TestCase(""" "Mounts":[{"Type":"npipe","Target":"/a"}] """, 501, "mounts of type npipe")]
    [TestCase(""" "Mounts":[{"Type":"bind","Target":"/a"}] """, 400, "needs a Source")]
    [TestCase(""" "Mounts":[{"Type":"bind","Source":"rel","Target":"/a"}] """, 400, "not an absolute path")]
    [TestCase(""" "Mounts":[{"Type":"bind","Source":"/a","Target":"/a","BindOptions":{"Propagation":"x"}}] """, 400,
        "unknown propagation 'x'")]
    [TestCase(""" "Mounts":[{"Type":"volume","Source":"/a","Target":"/a"}] """, 400, "use type bind")]
    [TestCase(""" "Mounts":[{"Type":"tmpfs","Source":"x","Target":"/a"}] """, 400, "a tmpfs has no Source")]
    [TestCase(""" "Mounts":[{"Type":"tmpfs","Target":"/x"},{"Type":"tmpfs","Target":"/x/"}] """, 400,
        "ContainerSpec: duplicate mount point: /x")]
    public Task A_setting_of_the_container_is_refused(string member, int status, string message) =>
        RefusedAsync("""{"Name":"a","TaskTemplate":{"ContainerSpec":{""" + member
            + (member.Contains("Image", StringComparison.Ordinal) ? "}}}" : ""","Image":"a"}}}"""), status, message);

    [Test]
    public async Task A_body_above_the_limit_is_refused_with_the_limit()
    {
        var answer = await host.PostAsync("/services/create", $$"""{"Name":"{{new string('a', RequestBody.Limit)}}"}""");
        Assert.That(answer.Status, Is.EqualTo(413));
        Assert.That(answer.Message, Does.Contain($"{RequestBody.Limit} bytes"));
    }

    [Test]
    public async Task Labels_above_the_limit_are_refused()
    {
        var answer = await host.PostAsync("/services/create", $$$"""
            {"Name":"a","Labels":{"k":"{{{new string('a', 300_000)}}}"},"TaskTemplate":{"ContainerSpec":{"Image":"a"} } }
            """);
        Assert.That(answer.Status, Is.EqualTo(400));
        Assert.That(answer.Message, Does.Contain("bytes of labels are more than the limit"));
    }

    [TestCase("/nodes?filters={\"bogus\":{\"1\":true}}", 400, "Invalid filter 'bogus'")]
    [TestCase("/services?filters={\"bogus\":{\"1\":true}}", 400, "Invalid filter 'bogus'")]
    [TestCase("/tasks?filters={\"bogus\":[\"1\"]}", 400, "Invalid filter 'bogus'")]
    [TestCase("/tasks?filters=notjson", 400, "invalid filters")]
    [TestCase("/tasks?filters=[1]", 400, "invalid filters")]
    [TestCase("/tasks?filters={\"service\":{\"nosuch\":true}}", 404, "service nosuch not found")]
    [TestCase("/tasks?filters={\"node\":{\"nosuch\":true}}", 404, "node nosuch not found")]
    [TestCase("/tasks?filters={\"desired-state\":{\"x\":true}}", 400, "Invalid filter 'desired-state=x'")]
    [TestCase("/services/nosuch", 404, "service nosuch not found")]
    [TestCase("/tasks/nosuch", 404, "task nosuch not found")]
    [TestCase("/nodes/nosuch", 404, "node nosuch not found")]
    [TestCase("/v1.99/info", 400, "client version 1.99 is too new. Maximum supported API version is 1.50")]
    [TestCase("/v1.11/info", 400, "client version 1.11 is too old. Minimum supported API version is 1.24, "
        + "please upgrade your client to a newer version")]
    [TestCase("/nosuchroute", 404, "page not found")]
    [TestCase("/v1.41/nosuchroute", 404, "page not found")]
    public async Task A_bad_question_is_refused(string path, int status, string message)
    {
        var answer = await host.GetAsync(path);
        Check(answer, status, message);
    }

    [Test]
    public async Task A_wrong_method_is_not_found() =>
        Check(await host.SendAsync("PUT", "/v1.41/services/create"), 404, "page not found");

    private async Task RefusedAsync(string body, int status, string message) =>
        Check(await host.PostAsync("/v1.50/services/create", body), status, message);

    private static void Check(Answer answer, int status, string message)
    {
        Assert.That(answer.Status, Is.EqualTo(status), answer.Body);
        Assert.That(answer.Message, Does.Contain(message));
        Assert.That(answer.ContentType, Is.EqualTo("application/json"));
    }
}
