using System.Text.Json;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Runtime.Docker;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Tests.Runtime.Docker;

public sealed class ContainerMapperTests
{
    private static readonly Version Api = new(1, 41);

    [Test]
    public void What_is_not_set_is_not_sent()
    {
        Assert.That(Map(RuntimeTasks.Task("t1")), Is.EqualTo(
            "{\"Image\":\"busybox:local\",\"Labels\":{" +
            "\"com.docker.swarm.node.id\":\"node1\",\"com.docker.swarm.service.id\":\"service1\"," +
            "\"com.docker.swarm.service.name\":\"web\",\"com.docker.swarm.task\":\"\"," +
            "\"com.docker.swarm.task.id\":\"t1\",\"com.docker.swarm.task.name\":\"web.1.t1\"," +
            "\"swarmnet.cluster.id\":\"cluster1\",\"swarmnet.task.id\":\"t1\"}," +
            "\"Tty\":false,\"OpenStdin\":false,\"HostConfig\":{\"ReadonlyRootfs\":false}}"));
    }

    [Test]
    public void Our_labels_win_over_the_users()
    {
        var users = StringMap.Empty.Add(ContainerLabels.Cluster, "other").Add("a", "b");
        var spec = new ContainerSpec { Image = "x", Labels = users };
        var labels = ContainerMapper.Map(RuntimeTasks.Task("t1", spec), Api).Labels!;
        Assert.That(labels[ContainerLabels.Cluster], Is.EqualTo("cluster1"));
        Assert.That(labels["a"], Is.EqualTo("b"));
    }

    [Test]
    public void A_hosts_line_becomes_an_entry_for_each_of_its_names()
    {
        var body = ContainerMapper.Map(RuntimeTasks.Task("t1", new ContainerSpec
        {
            Image = "x",
            Hosts = ["10.0.0.1 db db.local", "fd00::1\tv6"],
        }), Api);
        Assert.That(body.HostConfig.ExtraHosts, Is.EqualTo(new[] { "db:10.0.0.1", "db.local:10.0.0.1", "v6:fd00::1" }));
    }

    [Test]
    public void Durations_are_nanoseconds_and_grace_is_never_shortened()
    {
        var body = ContainerMapper.Map(RuntimeTasks.Task("t1", new ContainerSpec
        {
            Image = "x",
            StopGracePeriod = TimeSpan.FromMilliseconds(1500),
            Health = new HealthCheck { Test = ["CMD", "true"], Interval = TimeSpan.FromMilliseconds(250), Retries = 4 },
        }), Api);
        Assert.That(body.StopTimeout, Is.EqualTo(2));
        Assert.That(body.Healthcheck!.Interval, Is.EqualTo(250_000_000));
        Assert.That(body.Healthcheck.Retries, Is.EqualTo(4));
    }

    [Test]
    public void Ports_of_one_target_share_a_key_and_a_free_port_is_asked_for_by_an_empty_number()
    {
        var task = RuntimeTasks.Task("t1") with
        {
            HostPorts =
            [
                new PortConfig { Target = 80, Published = 8080 },
                new PortConfig { Target = 80, Published = 8081, HostIp = "127.0.0.1" },
                new PortConfig { Target = 53, Protocol = PortProtocol.Udp },
            ],
        };
        var bindings = ContainerMapper.Map(task, Api).HostConfig.PortBindings!;
        Assert.That(bindings["80/tcp"]!.Select(port => port.HostPort), Is.EqualTo(new[] { "8080", "8081" }));
        Assert.That(bindings["80/tcp"]!.Select(port => port.HostIp), Is.EqualTo(new[] { null, "127.0.0.1" }));
        Assert.That(bindings["53/udp"]!.Single().HostPort, Is.Empty);
    }

    [Test]
    public void Devices_of_the_task_are_there_under_their_own_paths()
    {
        var devices = ContainerMapper.Map(RuntimeTasks.Task("t1") with { Devices = ["/dev/ttyS0"] }, Api).HostConfig.Devices!;
        Assert.That((devices.Single().PathOnHost, devices.Single().PathInContainer, devices.Single().CgroupPermissions),
            Is.EqualTo(("/dev/ttyS0", "/dev/ttyS0", "rwm")));
    }

    [Test]
    public void A_mount_option_that_an_old_engine_would_ignore_is_refused()
    {
        var mount = new Mount
        {
            Type = MountType.Volume,
            Source = "v",
            Target = "/data",
            Volume = new VolumeOptions { Subpath = "a" },
        };
        var e = Assert.Throws<RuntimeException>(() => MountMapper.Map(mount, Api));
        Assert.That(e.Failure, Is.EqualTo(RuntimeFailure.Rejected));
        Assert.That(e.Message, Does.Contain("/data").And.Contain("1.45").And.Contain("1.41"));
        Assert.That(MountMapper.Map(mount, new Version(1, 45)).VolumeOptions!.Subpath, Is.EqualTo("a"));
    }

    [TestCase("busybox", "busybox", "latest")]
    [TestCase("busybox:1.36", "busybox", "1.36")]
    [TestCase("reg:5000/a/b", "reg:5000/a/b", "latest")]
    [TestCase("reg:5000/a/b:2", "reg:5000/a/b", "2")]
    [TestCase("a/b@sha256:12", "a/b", "sha256:12")]
    [TestCase("reg:5000/a/b:2@sha256:12", "reg:5000/a/b", "sha256:12")]
    public void An_image_is_split_so_that_a_pull_never_takes_every_tag(string image, string name, string tag) =>
        Assert.That(ImageReference.Parse(image), Is.EqualTo(new ImageReference(name, tag)));

    private static string Map(RuntimeTask task) =>
        JsonSerializer.Serialize(ContainerMapper.Map(task, Api), EngineJson.Default.CreateContainer);
}
