using System.Globalization;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Serialization;

/// <summary>The bytes of the MessagePack specification, at the edges of each form.</summary>
public sealed class SpecBytesTests
{
    internal static IEnumerable<TestCaseData<long, string>> Integers =>
    [
        new(0, "00"), new(1, "01"), new(127, "7f"),
        new(128, "cc80"), new(255, "ccff"),
        new(256, "cd0100"), new(65_535, "cdffff"),
        new(65_536, "ce00010000"), new(4_294_967_295, "ceffffffff"),
        new(4_294_967_296, "cf0000000100000000"), new(long.MaxValue, "cf7fffffffffffffff"),
        new(-1, "ff"), new(-32, "e0"),
        new(-33, "d0df"), new(-128, "d080"),
        new(-129, "d1ff7f"), new(-32_768, "d18000"),
        new(-32_769, "d2ffff7fff"), new(int.MinValue, "d280000000"),
        new(int.MinValue - 1L, "d3ffffffff7fffffff"), new(long.MinValue, "d38000000000000000"),
    ];

    internal static IEnumerable<TestCaseData<DateTimeOffset, string>> Moments =>
    [
        new(Moment("1970-01-01T00:00:00Z"), "d6ff00000000"),
        new(Moment("2106-02-07T06:28:15Z"), "d6ffffffffff"),
        new(Moment("2106-02-07T06:28:16Z"), "d7ff0000000100000000"),
        new(Moment("1970-01-01T00:00:00.0000001Z"), "d7ff0000019000000000"),
        new(Moment("2514-05-30T01:53:03.9999999Z"), "d7ffee6b2673ffffffff"),
        new(Moment("2514-05-30T01:53:04Z"), "c70cff000000000000000400000000"),
        new(Moment("1969-12-31T23:59:59.9999999Z"), "c70cff3b9ac99cffffffffffffffff"),
        new(DateTimeOffset.MinValue, "c70cff00000000fffffff1886e0900"),
        new(DateTimeOffset.MaxValue, "c70cff3b9ac99c0000003afff4417f"),
    ];

    [TestCaseSource(nameof(Integers))]
    public void Integers_take_the_shortest_form(long value, string hex) => AssertBytes(value, hex);

    [TestCase(0UL, "00")]
    [TestCase(ulong.MaxValue, "cfffffffffffffffff")]
    public void Unsigned_integers_take_the_shortest_form(ulong value, string hex) => AssertBytes(value, hex);

    [TestCaseSource(nameof(Moments))]
    public void Timestamps_take_the_shortest_form_and_keep_100_ns(DateTimeOffset value, string hex) =>
        AssertBytes(value, hex);

    [TestCase("d30000000000000001", 1)]
    [TestCase("d20000007f", 127)]
    [TestCase("cf00000000000000ff", 255)]
    [TestCase("d1ffff", -1)]
    public void Longer_forms_of_an_integer_are_read_too(string hex, int value) =>
        Assert.That(Read<int>(hex), Is.EqualTo(value));

    [Test]
    public void An_integer_out_of_range_is_refused()
    {
        Assert.That(() => Read<byte>("cd0100"), Refuses("256 is out of the range"));
        Assert.That(() => Read<sbyte>("cc80"), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => Read<short>("ce00010000"), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => Read<uint>("ff"), Refuses("negative"));
        Assert.That(() => Read<long>("cfffffffffffffffff"), Refuses("too large"));
    }

    [Test]
    public void Nil_booleans_doubles_and_durations_have_their_bytes()
    {
        AssertBytes<int?>(null, "c0");
        AssertBytes(false, "c2");
        AssertBytes(true, "c3");
        AssertBytes(1.5, "cb3ff8000000000000");
        AssertBytes(TimeSpan.FromTicks(-1), "ff");
        AssertBytes(DayOfWeek.Friday, "05");
        Assert.That(Read<double>("ca3fc00000"), Is.EqualTo(1.5), "a shorter float");
        Assert.That(Read<double>("07"), Is.EqualTo(7.0), "an integer");
    }

    [TestCase(0, "a0")]
    [TestCase(31, "bf")]
    [TestCase(32, "d920")]
    [TestCase(255, "d9ff")]
    [TestCase(256, "da0100")]
    [TestCase(65_535, "daffff")]
    [TestCase(65_536, "db00010000")]
    public void Strings_begin_with_the_shortest_length(int length, string header) =>
        AssertBytes(new string('a', length), header + string.Concat(Enumerable.Repeat("61", length)));

    [TestCase(0, "c400")]
    [TestCase(255, "c4ff")]
    [TestCase(256, "c50100")]
    [TestCase(65_536, "c600010000")]
    public void Binary_data_begins_with_the_shortest_length(int length, string header) =>
        AssertBytes(new byte[length], header + new string('0', 2 * length));

    [TestCase(0, "90")]
    [TestCase(15, "9f")]
    [TestCase(16, "dc0010")]
    [TestCase(65_535, "dcffff")]
    [TestCase(65_536, "dd00010000")]
    public void Arrays_begin_with_the_shortest_count(int count, string header) =>
        AssertBytes(
            ImmutableArray.CreateRange(new bool[count]),
            header + string.Concat(Enumerable.Repeat("c2", count)));

    [TestCase(0, "80")]
    [TestCase(15, "8f")]
    [TestCase(16, "de0010")]
    [TestCase(65_536, "df00010000")]
    public void Maps_begin_with_the_shortest_count(int count, string header)
    {
        var map = Enumerable.Range(0, count)
            .ToImmutableSortedDictionary(i => $"{i:d5}", _ => "", StringComparer.Ordinal);
        var bytes = MessagePackSerializer.Serialize(map);
        Assert.That(Convert.ToHexStringLower(bytes), Does.StartWith(header));
        Assert.That(bytes, Has.Length.EqualTo((header.Length / 2) + (count * 7)));
        var back = MessagePackSerializer.Deserialize<ImmutableSortedDictionary<string, string>>(bytes);
        Assert.That(back.SequenceEqual(map));
    }

    [Test]
    public void A_moment_of_another_offset_comes_back_in_utc()
    {
        var moment = Moment("2026-07-01T12:00:00.1234567+02:00");
        var back = MessagePackSerializer.Deserialize<DateTimeOffset>(MessagePackSerializer.Serialize(moment));
        Assert.That(back, Is.EqualTo(moment));
        Assert.That(back.Offset, Is.EqualTo(TimeSpan.Zero));
    }

    [TestCase("c70cff3b9aca000000000000000000", Description = "10^9 nanoseconds")]
    [TestCase("d7ffee6b280000000000", Description = "10^9 nanoseconds in 8 bytes")]
    [TestCase("c70cff000000007fffffffffffffff", Description = "after the year 9999")]
    [TestCase("c70cff000000008000000000000000", Description = "before the year 1")]
    [TestCase("d60000000000", Description = "another extension")]
    [TestCase("c705ff0000000000", Description = "a length that no timestamp has")]
    public void What_is_no_timestamp_is_refused(string hex) =>
        Assert.That(() => Read<DateTimeOffset>(hex), Throws.TypeOf<InvalidDataException>());

    private static void AssertBytes<T>(T value, string hex)
    {
        Assert.That(Convert.ToHexStringLower(MessagePackSerializer.Serialize(value)), Is.EqualTo(hex));
        Assert.That(Read<T>(hex), Is.EqualTo(value));
    }

    private static T Read<T>(string hex) => MessagePackSerializer.Deserialize<T>(Convert.FromHexString(hex));

    private static NUnit.Framework.Constraints.ContainsConstraint Refuses(string reason) =>
        Throws.TypeOf<InvalidDataException>().With.Message.Contains(reason);

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
