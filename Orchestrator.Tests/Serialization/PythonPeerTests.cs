using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Serialization;

/// <summary>What we write another implementation reads, and the other way round.</summary>
public sealed class PythonPeerTests
{
    [Test]
    public void A_service_spec_means_the_same_to_both() => AssertSame(SampleValue.Of<ServiceSpec>());

    [Test]
    public void A_task_means_the_same_to_both() => AssertSame(SampleValue.Of<ServiceTask>());

    [Test]
    public void A_node_means_the_same_to_both() => AssertSame(SampleValue.Of<Node>());

    [Test]
    public void A_log_line_with_its_bytes_means_the_same_to_both() => AssertSame(SampleValue.Of<LogLine>());

    [Test]
    public void A_record_of_defaults_means_the_same_to_both() => AssertSame(new NodeDescription());

    [Test]
    public void A_row_of_the_store_means_the_same_to_both() => AssertSame<IStoreObject>(SampleValue.Of<Service>());

    [Test]
    public void Integers_and_timestamps_of_every_size_mean_the_same_to_both()
    {
        AssertSame(SpecBytesTests.Integers.Select(c => (long)c.Arguments[0]!).ToImmutableArray());
        AssertSame(SpecBytesTests.Moments.Select(c => (DateTimeOffset)c.Arguments[0]!).ToImmutableArray());
        AssertSame(ImmutableArray.Create(0UL, ulong.MaxValue));
    }

    [Test]
    public void Strings_and_arrays_of_every_size_mean_the_same_to_both()
    {
        AssertSame(ImmutableArray.Create(0, 31, 32, 255, 256, 65_535, 65_536)
            .Select(n => new string('x', n)).ToImmutableArray());
        AssertSame(ImmutableArray.Create(0, 255, 256, 65_535, 65_536)
            .Select(n => new ReadOnlyMemory<byte>(new byte[n])).ToImmutableArray());
        AssertSame(ImmutableArray.Create(0, 15, 16, 65_535, 65_536)
            .Select(n => ImmutableArray.CreateRange(Enumerable.Range(0, n))).ToImmutableArray());
    }

    private static void AssertSame<T>(T value)
    {
        var shape = WireShape.Of(value, typeof(T))!;
        var ours = MessagePackSerializer.Serialize(value);
        var read = PythonPeer.Describe(ours);
        Assert.That(
            JsonNode.DeepEquals(read, shape),
            $"python reads\n{read?.ToJsonString()}\nnot\n{shape.ToJsonString()}");
        var theirs = PythonPeer.Pack(shape);
        Assert.That(theirs, Is.EqualTo(ours), "both write the shortest form");
        Assert.That(MessagePackSerializer.Serialize(MessagePackSerializer.Deserialize<T>(theirs)), Is.EqualTo(ours));
    }
}
