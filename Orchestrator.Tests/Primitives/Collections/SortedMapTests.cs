using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Primitives.Collections;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Primitives.Collections;

public sealed class SortedMapTests
{
    /// <summary>Alike at their start, so that keys part late; one sorts differently as bytes than as characters.</summary>
    private static readonly string[] Starts =
        ["", "a", "ab", "abcdefgh", "abcdefghi", "abcdefg\u00fe", "abcdefg\u00ff", "\u00ffa", "\u0100", "\u0101a", "a\0", "\uffff"];

    [Test]
    public void It_is_what_a_sorted_dictionary_is([Range(1, 60)] int seed)
    {
        var random = new Random(seed);
        var expected = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var map = SortedMap<int>.Empty;
        var kept = new List<(SortedMap<int> Map, KeyValuePair<string, int>[] Content)>();
        var keys = 1 << random.Next(1, 12);
        for (var turn = 0; turn < 40; turn++)
        {
            var builder = map.ToBuilder();
            var removing = random.NextDouble();
            for (var change = random.Next(200); change > 0; change--)
                Change(builder, expected, random, KeyOf(random.Next(keys)), removing);
            map = builder.ToImmutable();
            Assert.That(map, Is.EqualTo(expected));
            kept.Add((map, [.. expected]));
        }
        foreach (var (old, content) in kept)
            Assert.That(old, Is.EqualTo(content), "what was handed out stays as it was");
        foreach (var key in Enumerable.Range(0, keys).Select(KeyOf))
            Assert.That(map.GetValueOrDefault(key, -1), Is.EqualTo(expected.GetValueOrDefault(key, -1)));
    }

    [Test]
    public void Keys_in_order_fill_its_pages_and_removing_all_leaves_nothing([Values(0, 1, 32, 33, 1024, 1025, 40_000)] int count)
    {
        var builder = SortedMap<int>.Empty.ToBuilder();
        for (var i = 0; i < count; i++)
            builder[$"{i:000000}"] = i;
        var map = builder.ToImmutable();
        Assert.That(map.Values, Is.EqualTo(Enumerable.Range(0, count)));
        Assert.That(map.Count, Is.EqualTo(count));
        for (var i = 0; i < count; i++)
            Assert.That(builder.Remove($"{(i * 7919) % count:000000}") || Gcd(7919, count) > 1);
        if (Gcd(7919, count) == 1)
            Assert.That(builder.ToImmutable(), Is.Empty);
        Assert.That(map.Count, Is.EqualTo(count), "what was handed out stays as it was");
    }

    [Test]
    public void What_changed_nothing_is_the_same_map()
    {
        var map = SortedMap<int>.Empty.SetItem("a", 1);
        Assert.That(map.ToBuilder().ToImmutable(), Is.SameAs(map));
        Assert.That(map.Remove("b"), Is.SameAs(map));
        Assert.That(map.Remove("a"), Is.SameAs(SortedMap<int>.Empty));
        Assert.That(() => map["b"], Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("'b'"));
    }

    [Test]
    public void Keys_sort_as_ordinal_texts() => Prop.ForAll(
        ArbMap.Default.ArbFor<string[]>(),
        texts =>
        {
            string[] keys = [.. texts.OfType<string>().SelectMany(text => Starts.Select(start => start + text)).Distinct()];
            var builder = SortedMap<bool>.Empty.ToBuilder();
            foreach (var key in keys)
                builder[key] = true;
            return builder.ToImmutable().Keys.SequenceEqual(keys.Order(StringComparer.Ordinal));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void A_map_of_maps_leaves_out_empty_ones_and_keeps_what_was_handed_out()
    {
        var first = new GroupedMapBuilder<int>(SortedMap<SortedMap<int>>.Empty);
        first.Open("a")["x"] = 1;
        first.Open("b")["y"] = 2;
        var maps = first.ToImmutable();
        var second = new GroupedMapBuilder<int>(maps);
        second.Open("a").Remove("x");
        second.Open("b")["z"] = 3;
        Assert.That(second.Open("b").ToImmutable().Keys, Is.EqualTo(new[] { "y", "z" }));
        Assert.That(second.Open("a").ToImmutable(), Is.Empty);
        Assert.That(second.ToImmutable().Keys, Is.EqualTo(new[] { "b" }));
        Assert.That(maps.Keys, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(maps["b"].Keys, Is.EqualTo(new[] { "y" }));
    }

    private static void Change(
        SortedMapBuilder<int> builder, SortedDictionary<string, int> expected, Random random, string key, double removing)
    {
        if (random.NextDouble() < removing)
        {
            Assert.That(builder.Remove(key), Is.EqualTo(expected.Remove(key)));
            return;
        }
        builder[key] = expected[key] = random.Next();
        Assert.That(builder.Count, Is.EqualTo(expected.Count));
    }

    private static string KeyOf(int number) => Starts[number % Starts.Length] + (char)('a' + (number % 7)) + number;

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
