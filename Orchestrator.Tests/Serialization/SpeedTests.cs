using System.Buffers;
using System.Diagnostics;
using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Serialization;

/// <summary>A snapshot holds a million tasks.</summary>
public sealed class SpeedTests
{
    private static readonly TaskStatus Small = SampleValue.Of<TaskStatus>() with { Ports = [], Container = null };

    [Test]
    public void Writing_boxes_nothing()
    {
        var output = new ArrayBufferWriter<byte>(1 << 20);
        IStoreObject task = SampleValue.Of<ServiceTask>();
        MessagePackSerializer.Serialize(output, task);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            MessagePackSerializer.Serialize(output, task);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Reading_allocates_what_the_value_is_made_of()
    {
        var limits = Enumerable.Repeat(new ResourceLimits { Pids = 1 }, 1000).ToImmutableArray();
        var bytes = MessagePackSerializer.Serialize(limits);
        MessagePackSerializer.Deserialize<ImmutableArray<ResourceLimits>>(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        MessagePackSerializer.Deserialize<ImmutableArray<ResourceLimits>>(bytes);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(allocated, Is.LessThan(1000 * (40 + 8) + 1000), "an object is a header, a type and three numbers");
    }

    [Test, Explicit("measures; needs a quiet machine and a Release build")]
    public void A_million_small_records_a_second()
    {
        var values = Enumerable.Repeat(Small, 100_000).ToImmutableArray();
        var output = new ArrayBufferWriter<byte>(1 << 25);
        Measure("write status", 100_000, () =>
        {
            output.ResetWrittenCount();
            MessagePackSerializer.Serialize(output, values);
        });
        var bytes = output.WrittenMemory;
        Measure("read status", 100_000, () => MessagePackSerializer.Deserialize<ImmutableArray<TaskStatus>>(bytes));
        var task = SampleValue.Of<ServiceTask>() with { Status = Small };
        var tasks = Enumerable.Repeat(task, 100_000).ToImmutableArray<IStoreObject>();
        var packed = MessagePackSerializer.Serialize(tasks);
        Measure("write task", 100_000, () =>
        {
            output.ResetWrittenCount();
            MessagePackSerializer.Serialize(output, tasks);
        });
        Measure("read task", 100_000, () => MessagePackSerializer.Deserialize<ImmutableArray<IStoreObject>>(packed));
    }

    private static void Measure(string what, int records, Action run)
    {
        for (var i = 0; i < 20; i++)
            run();
        var best = Enumerable.Range(0, 10).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            run();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
        TestContext.Out.WriteLine($"{what}: {records / best:n0} a second");
        Assert.That(best, Is.GreaterThan(0));
    }
}
