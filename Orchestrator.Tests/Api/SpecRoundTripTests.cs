using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Mapping;
using Orchestrator.Model;
using Orchestrator.Serialization;
using Orchestrator.Tests.Serialization;

namespace Orchestrator.Tests.Api;

/// <summary>What a client posts it reads back, and what it reads it can post.</summary>
public sealed class SpecRoundTripTests
{
    [Test]
    public void Every_member_of_a_service_goes_out_and_comes_back()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var spec = Sample(seed);
            Assert.That(Bytes(Reread(spec)), Is.EqualTo(Bytes(spec)), $"seed {seed}");
        }
    }

    [TestCase(ModeKind.Replicated)]
    [TestCase(ModeKind.Global)]
    [TestCase(ModeKind.ReplicatedJob)]
    [TestCase(ModeKind.GlobalJob)]
    public void Every_mode_goes_out_and_comes_back(ModeKind kind)
    {
        var spec = Sample(1) with { Mode = new ServiceMode { Kind = kind } };
        Assert.That(Bytes(Reread(spec)), Is.EqualTo(Bytes(spec)));
    }

    /// <summary>Leaves out members at random: absent stays absent, and what is there stays as it is.</summary>
    [Test]
    public void What_is_posted_reads_back()
    {
        for (var seed = 0; seed < 300; seed++)
            PostAndRead(seed);
    }

    private static void PostAndRead(int seed)
    {
        var random = new Random(seed);
        var posted = ToJson(Sample(random.Next(1000)));
        Prune(posted, random);
        posted["TaskTemplate"]!["ContainerSpec"] ??= new JsonObject();
        var stored = Read(posted);
        var shown = ToJson(stored);
        Assert.That(Missing(posted, shown, ""), Is.Empty, $"seed {seed}");
        Assert.That(Bytes(Read(shown)), Is.EqualTo(Bytes(stored)), $"seed {seed}");
    }

    [Test]
    public void A_node_goes_out_and_comes_back()
    {
        var spec = SampleValue.Of<NodeSpec>();
        var json = new NodeSpecDto
        {
            Name = spec.Name, Labels = spec.Labels, Role = Words.Of(spec.Role), Availability = Words.Of(spec.Availability),
        };
        Assert.That(MessagePackSerializer.Serialize(NodeMapper.Read(json)), Is.EqualTo(MessagePackSerializer.Serialize(spec)));
    }

    [TestCase(1, 100)]
    [TestCase(100, 100)]
    [TestCase(101, 200)]
    [TestCase(long.MaxValue, long.MaxValue)]
    public void A_duration_keeps_ticks_and_little_is_not_nothing(long posted, long shown) =>
        Assert.That(Wire.Nanoseconds(Wire.Time(posted, "")), Is.EqualTo(shown));

    private static ServiceSpec Reread(ServiceSpec spec) => Read(ToJson(spec));

    private static ServiceSpec Read(JsonNode json) =>
        ServiceSpecMapper.Read(json.Deserialize(WireJson.Default.ServiceSpecDto)!);

    private static JsonNode ToJson(ServiceSpec spec) =>
        JsonSerializer.SerializeToNode(ServiceSpecMapper.Write(spec), WireJson.Default.ServiceSpecDto)!;

    private static byte[] Bytes(ServiceSpec spec) => MessagePackSerializer.Serialize(spec);

    private static ServiceSpec Sample(int seed)
    {
        var spec = SampleValue.Of<ServiceSpec>(seed);
        var resources = spec.Template.Resources! with
        {
            Reservations = spec.Template.Resources.Reservations! with
            {
                Generic = [new() { Kind = "SSD", Count = 3 }, new() { Kind = "GPU", Unit = "a" }],
            },
        };
        return spec with
        {
            Mode = new ServiceMode { Replicas = (ulong)seed },
            Template = spec.Template with { Resources = resources },
        };
    }

    private static void Prune(JsonNode node, Random random)
    {
        if (node is JsonArray array)
            foreach (var item in array.OfType<JsonObject>().Where(item => !item.ContainsKey("Spread")))
                PruneItem(item, random);
        if (node is not JsonObject map)
            return;
        foreach (var name in map.Select(member => member.Key).ToArray())
            if (name is not "TaskTemplate" && random.Next(3) == 0)
                map.Remove(name);
            else if (map[name] is { } child && name is not ("Mode" or "GenericResources"))
                Prune(child, random);
    }

    /// <summary>A mount has no meaning without its type.</summary>
    private static void PruneItem(JsonObject item, Random random)
    {
        var type = item["Target"] is not null ? (string?)item["Type"] : null;
        Prune(item, random);
        if (type is not null)
            item["Type"] = type;
    }

    /// <summary>Everything that is posted and not shown the same; more may be shown.</summary>
    private static IEnumerable<string> Missing(JsonNode? posted, JsonNode? shown, string path) => posted switch
    {
        JsonObject map when map.Count == 0 && shown is null => [],
        JsonObject map => map.SelectMany(member => Missing(member.Value, shown?[member.Key], $"{path}.{member.Key}")),
        JsonArray array when array.Count == (shown as JsonArray)?.Count =>
            array.SelectMany((item, at) => Missing(item, shown![at], $"{path}[{at}]")),
        JsonArray { Count: 0 } when shown is null => [],
        _ => JsonNode.DeepEquals(posted, shown) ? [] : [$"{path}: posted {posted}, shown {shown}"],
    };
}
