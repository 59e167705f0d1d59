using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Runtime.Docker;

namespace Orchestrator.Tests.Runtime.Docker;

internal static class RuntimeTasks
{
    public static readonly ClusterId Cluster = new("cluster1");

    public static DockerRuntime Runtime(DockerClient client) =>
        new(client, Cluster, TimeProvider.System, NullLogger.Instance);

    /// <summary>Its name is <c>web.1.</c> and the task's id.</summary>
    public static RuntimeTask Task(string id, ContainerSpec? spec = null) => new(
        new TaskId(id), Cluster, new NodeId("node1"), new ServiceId("service1"), "web", $"web.1.{id}",
        spec ?? new ContainerSpec { Image = "busybox:local" });

    public static ContainerSpec Shell(string script) =>
        new() { Image = "busybox:local", Command = ["sh", "-c", script] };
}
