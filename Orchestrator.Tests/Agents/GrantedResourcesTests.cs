using Orchestrator.Agents;
using Orchestrator.Model;

namespace Orchestrator.Tests.Agents;

public sealed class GrantedResourcesTests
{
    private static readonly ImmutableArray<GenericResource> Granted =
    [
        new() { Kind = "gpu", Unit = "one" }, new() { Kind = "ssd", Count = 2 }, new() { Kind = "gpu", Unit = "/dev/nvidia1" },
        new() { Kind = "odd", Unit = "/dev/../etc/shadow" },
    ];

    [Test]
    public void A_task_reads_its_units_in_its_environment_kind_by_kind() => Assert.That(
        GrantedResources.AddTo(new ContainerSpec { Image = "a", Env = ["A=1"] }, Granted).Env,
        Is.EqualTo(new[]
        {
            "A=1", "DOCKER_RESOURCE_GPU=one,/dev/nvidia1", "DOCKER_RESOURCE_SSD=2", "DOCKER_RESOURCE_ODD=/dev/../etc/shadow",
        }));

    [Test]
    public void Only_units_that_are_devices_are_handed_over() =>
        Assert.That(GrantedResources.DevicesOf(Granted), Is.EqualTo(new[] { "/dev/nvidia1" }));
}
