using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Serialization;

/// <summary>A type that cannot be written says so the first time, in words that name it.</summary>
public sealed class UnfitTypeTests
{
    [Test]
    public void A_type_without_attributes_is_refused() =>
        AssertRefused(new Plain(), "Plain");

    [Test]
    public void A_shared_key_is_refused() =>
        AssertRefused(new SharedKey(), "shares key 0");

    [Test]
    public void A_property_without_a_key_is_refused() =>
        AssertRefused(new Forgotten(), "Forgotten.Lost can be set but has no [Key]");

    [Test]
    public void A_negative_key_is_refused() =>
        AssertRefused(new Negative(), "has key -1");

    [Test]
    public void A_property_that_cannot_be_set_is_refused() =>
        AssertRefused(new Frozen(), "cannot be both read and set");

    [Test]
    public void A_record_without_a_plain_constructor_is_refused() =>
        AssertRefused(new Positional(1), "constructor without parameters");

    [Test]
    public void A_subtype_without_a_tag_is_refused() =>
        AssertRefused<AgentMessage>(new Stranger(), "has no [Union] tag");

    [Test]
    public void A_null_is_refused_where_no_member_holds_it()
    {
        Assert.That(() => MessagePackSerializer.Serialize<string>(null!), Throws.ArgumentNullException);
        Assert.That(() => MessagePackSerializer.Serialize<Node>(null!), Throws.ArgumentNullException);
        Assert.That(() => MessagePackSerializer.Serialize<AgentMessage>(null!), Throws.ArgumentNullException);
        Assert.That(() => MessagePackSerializer.Serialize<byte[]>(null!), Throws.ArgumentNullException);
        Assert.That(
            () => MessagePackSerializer.Serialize<ImmutableArray<string>>([null!]),
            Throws.ArgumentNullException);
    }

    [Test]
    public void A_value_too_deep_to_be_read_again_is_not_written()
    {
        var tree = new SlotTests.Tree();
        for (var i = 0; i < 100; i++)
            tree = new SlotTests.Tree { Children = [tree] };
        Assert.That(
            () => MessagePackSerializer.Serialize(tree),
            Throws.InvalidOperationException.With.Message.Contains("nested"));
    }

    private static void AssertRefused<T>(T value, string reason)
    {
        for (var attempt = 1; attempt <= 2; attempt++)
            Assert.That(
                () => MessagePackSerializer.Serialize(value),
                Throws.TypeOf<NotSupportedException>().With.Message.Contains(reason),
                $"attempt {attempt}");
    }

    private sealed record Plain;

    private sealed record Stranger : AgentMessage;

    [MessagePackObject]
    private sealed record SharedKey
    {
        [Key(0)] public int One { get; init; }

        [Key(0)] public int Two { get; init; }
    }

    [MessagePackObject]
    private sealed record Forgotten
    {
        public int Lost { get; init; }
    }

    [MessagePackObject]
    private sealed record Negative
    {
        [Key(-1)] public int One { get; init; }
    }

    [MessagePackObject]
    private sealed record Frozen
    {
        [Key(0)] public int One { get; } = 1;
    }

    [MessagePackObject]
    private sealed record Positional([property: Key(0)] int One);
}
