using Orchestrator.Model;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Store;

namespace Orchestrator.Tests.Scheduling;

public sealed class VictimSearchTests
{
    /// <summary>Every subset is tried: none that makes room is smaller, and of the smallest it is the first.</summary>
    [Test]
    public void The_fewest_go_and_of_these_the_first([Range(1, 300)] int seed)
    {
        var random = new Random(seed);
        Occupant[] occupants = [.. Enumerable.Range(0, random.Next(1, 9)).Select(at => Holding(at, random.Next(5), random.Next(5)))];
        var usage = occupants.Aggregate(NodeUsage.None, (sum, occupant) => sum.With(occupant.Spec, null, +1));
        var (cpus, memory) = (random.NextInt64(usage.NanoCpus + 1), random.NextInt64(usage.MemoryBytes + 1));
        bool Fits(NodeUsage left) => left.NanoCpus <= cpus && left.MemoryBytes <= memory;
        var fewest = Enumerable.Range(0, 1 << occupants.Length)
            .Select(set => occupants.Index().Where(one => (set >> one.Index & 1) == 1).ToArray())
            .Where(set => Fits(set.Aggregate(usage, (left, one) => one.Item.LeftBy(left))))
            .OrderBy(set => set.Length).ThenBy(set => string.Concat(set.Select(one => one.Index)), StringComparer.Ordinal)
            .First();
        var found = VictimSearch.Find(occupants, usage, Fits);
        if (fewest.Length == 0)
            Assert.That(Fits(usage), "nobody has to go, so nobody should have been asked");
        else
            Assert.That(found!.Value, Is.EqualTo(fewest.Select(one => one.Item)));
    }

    [Test]
    public void Where_not_even_all_make_room_nobody_goes() =>
        Assert.That(VictimSearch.Find([Holding(0, 1, 1)], NodeUsage.None.With(Holding(0, 1, 1).Spec, null, +1), _ => false), Is.Null);

    /// <summary>Too many for every set to be tried: still none too many.</summary>
    [Test]
    public void Of_hundreds_only_as_many_go_as_are_needed([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        Occupant[] occupants = [.. Enumerable.Range(0, 300).Select(at => Holding(at, random.Next(1, 9), random.Next(1, 9)))];
        var usage = occupants.Aggregate(NodeUsage.None, (sum, occupant) => sum.With(occupant.Spec, null, +1));
        var (cpus, memory) = (usage.NanoCpus * 9 / 10, usage.MemoryBytes * 9 / 10);
        bool Fits(NodeUsage left) => left.NanoCpus <= cpus && left.MemoryBytes <= memory;
        var found = VictimSearch.Find(occupants, usage, Fits)!.Value;
        Assert.That(Fits(found.Aggregate(usage, (left, one) => one.LeftBy(left))));
        foreach (var spared in found)
            Assert.That(Fits(found.Remove(spared).Aggregate(usage, (left, one) => one.LeftBy(left))), Is.False);
    }

    private static Occupant Holding(int name, long cpus, long memory) => new(
        new ServiceTask { Id = new TaskId($"t{name}"), ServiceId = new ServiceId("s") },
        new ServiceSpec
        {
            Name = "s",
            Template = new TaskTemplate
            {
                Container = new ContainerSpec { Image = "app" },
                Resources = new ResourceRequirements { Reservations = new NodeResources { NanoCpus = cpus, MemoryBytes = memory } },
            },
        },
        Level: 0);
}
