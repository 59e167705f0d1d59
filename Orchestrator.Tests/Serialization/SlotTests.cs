using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Serialization;

/// <summary>Versions talk to each other: slots may be missing, nil, or unknown.</summary>
public sealed class SlotTests
{
    [TestCase("90", Description = "none")]
    [TestCase("9cc0c0c0c0c0c0c0c0c0c0c0c0", Description = "nil in each, and more of them")]
    public void Missing_and_nil_slots_keep_what_the_initializers_say(string hex)
    {
        var record = Read<Defaulted>(hex);
        Assert.That(record.Text, Is.EqualTo("initial"));
        Assert.That(record.Number, Is.EqualTo(7));
        Assert.That(record.Maybe, Is.Null.Or.EqualTo(5));
        Assert.That(record.Items, Is.EqualTo(new[] { 1, 2 }));
        Assert.That(record.Other, Is.Null);
        Assert.That(record.Map, Is.Empty);
        Assert.That(record.RequiredText, Is.Empty);
        Assert.That(record.RequiredId, Is.EqualTo(new TaskId("")));
        Assert.That(record.RequiredRecord.Text, Is.EqualTo("initial"));
        Assert.That(record.RequiredRecord.RequiredText, Is.Empty);
        Assert.That(record.RequiredItems.IsDefault, Is.False);
    }

    [Test]
    public void A_nullable_value_keeps_its_initializer_when_missing_but_takes_nil()
    {
        Assert.That(Read<Defaulted>("90").Maybe, Is.EqualTo(5));
        Assert.That(Read<Defaulted>("94c0c0c0c0").Maybe, Is.Null);
    }

    [Test]
    public void Gaps_are_written_as_nil_and_ignored_when_read()
    {
        Assert.That(Hex(new Gapped { First = 1, Fourth = 4 }), Is.EqualTo("9401c0c004"));
        Assert.That(Read<Gapped>("9401a178c304"), Is.EqualTo(new Gapped { First = 1, Fourth = 4 }));
    }

    [TestCase("05")]
    [TestCase("a3616263")]
    [TestCase("c403010203")]
    [TestCase("cb3ff0000000000000")]
    [TestCase("ca3f800000")]
    [TestCase("d6ff00000000")]
    [TestCase("d8010102030405060708090a0b0c0d0e0f10")]
    [TestCase("d401ff")]
    [TestCase("c7030a010203")]
    [TestCase("c8000207ffff")]
    [TestCase("c90000000107ff")]
    [TestCase("82a16101a162920304")]
    [TestCase("9390c0de0001c2dc0001c3")]
    [TestCase("d3ffffffffffffffff")]
    public void An_unknown_slot_of_any_kind_is_passed_over(string slot) =>
        Assert.That(Read<Gapped>($"9601c0c004{slot}{slot}"), Is.EqualTo(new Gapped { First = 1, Fourth = 4 }));

    [Test]
    public void An_unknown_slot_may_be_deeper_than_any_record() =>
        Assert.That(
            Read<Gapped>("9501c0c004" + string.Concat(Enumerable.Repeat("91", 100_000)) + "90"),
            Is.EqualTo(new Gapped { First = 1, Fourth = 4 }));

    [Test]
    public void A_struct_is_a_record_too()
    {
        var point = new Point { X = 3, Y = -1 };
        Assert.That(Hex(point), Is.EqualTo("9203ff"));
        Assert.That(Read<Point>("9203ff"), Is.EqualTo(point));
        Assert.That(Read<ImmutableArray<Point>>("919103").Single(), Is.EqualTo(new Point { X = 3, Y = 8 }));
    }

    [Test]
    public void A_type_may_contain_itself()
    {
        var tree = new Tree { Children = [new(), new() { Children = [new()] }] };
        Assert.That(Hex(tree), Is.EqualTo("91929190919191" + "90"));
        Assert.That(Hex(Read<Tree>(Hex(tree))), Is.EqualTo(Hex(tree)));
    }

    [Test]
    public void A_default_array_is_written_as_nil_and_comes_back_as_the_initializer_makes_it()
    {
        Assert.That(Hex(new Tree { Children = default }), Is.EqualTo("91c0"));
        Assert.That(Read<Tree>("91c0").Children.IsDefault, Is.False);
    }

    [Test]
    public void More_values_after_tag_and_record_are_passed_over() =>
        Assert.That(Read<AgentMessage>("93019005"), Is.EqualTo(new AgentHeartbeat()));

    [TestCase("926390", "no member with tag 99")]
    [TestCase("92cf000000010000000190", "no member with tag 4294967297")]
    [TestCase("9101", "[tag, value]")]
    [TestCase("c0", "found nil")]
    public void A_union_that_makes_no_sense_is_refused(string hex, string reason) =>
        Assert.That(() => Read<AgentMessage>(hex), Throws.TypeOf<InvalidDataException>()
            .With.Message.Contains(reason).And.Message.Contains("cannot read AgentMessage"));

    private static string Hex<T>(T value) => Convert.ToHexStringLower(MessagePackSerializer.Serialize(value));

    private static T Read<T>(string hex) => MessagePackSerializer.Deserialize<T>(Convert.FromHexString(hex));

    [MessagePackObject]
    internal sealed record Defaulted
    {
        [Key(0)] public string Text { get; init; } = "initial";

        [Key(1)] public int Number { get; init; } = 7;

        [Key(2)] public ImmutableArray<int> Items { get; init; } = [1, 2];

        [Key(3)] public int? Maybe { get; init; } = 5;

        [Key(4)] public Gapped? Other { get; init; }

        [Key(5)] public ImmutableSortedDictionary<string, string> Map { get; init; } = StringMap.Empty;

        [Key(6)] public required string RequiredText { get; init; }

        [Key(7)] public required TaskId RequiredId { get; init; }

        [Key(8)] public required Inner RequiredRecord { get; init; }

        [Key(9)] public required ImmutableArray<int> RequiredItems { get; init; }
    }

    [MessagePackObject]
    internal sealed record Inner
    {
        [Key(0)] public string Text { get; init; } = "initial";

        [Key(1)] public required string RequiredText { get; init; }
    }

    [MessagePackObject]
    internal sealed record Gapped
    {
        [Key(3)] public int Fourth { get; init; }

        [Key(0)] public int First { get; init; }
    }

    [MessagePackObject]
    internal readonly record struct Point()
    {
        [Key(0)] public int X { get; init; }

        [Key(1)] public int Y { get; init; } = 8;
    }

    [MessagePackObject]
    internal sealed record Tree
    {
        [Key(0)] public ImmutableArray<Tree> Children { get; init; } = [];
    }
}
