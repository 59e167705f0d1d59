using Orchestrator.Runtime;
using Orchestrator.Runtime.Docker;

namespace Orchestrator.Tests.Runtime.Docker;

public sealed class ChangeHintsTests
{
    [Test]
    public async Task A_container_that_changes_often_is_named_once()
    {
        var hints = new ChangeHints();
        for (var i = 0; i < 100; i++)
            hints.Add($"c{i % 2}");
        Assert.That(await hints.TakeAsync(default), Is.EquivalentTo(new RuntimeEvent[] { new("c0"), new("c1") }));
    }

    [Test]
    public async Task Too_many_containers_become_all_of_them_and_the_memory_stays_bounded()
    {
        var hints = new ChangeHints();
        for (var i = 0; i < 100_000; i++)
            hints.Add($"c{i}");
        Assert.That(await hints.TakeAsync(default), Is.EqualTo(new[] { new RuntimeEvent(null) }));
        hints.Add("c1");
        Assert.That(await hints.TakeAsync(default), Is.EqualTo(new[] { new RuntimeEvent("c1") }));
    }
}
