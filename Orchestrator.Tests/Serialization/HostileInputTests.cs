using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Serialization;

/// <summary>Bytes from outside give a value or an InvalidDataException, and cost no more than they are worth.</summary>
public sealed class HostileInputTests
{
    private const int Rounds = 20_000;
    private const int Seed = 20260701;

    private static readonly ImmutableArray<Action<byte[]>> Readers =
    [
        b => MessagePackSerializer.Deserialize<IStoreObject>(b),
        b => MessagePackSerializer.Deserialize<AgentMessage>(b),
        b => MessagePackSerializer.Deserialize<ManagerMessage>(b),
        b => MessagePackSerializer.Deserialize<ServiceSpec>(b),
        b => MessagePackSerializer.Deserialize<LogLine>(b),
        b => MessagePackSerializer.Deserialize<SlotTests.Tree>(b),
        b => MessagePackSerializer.Deserialize<ImmutableSortedDictionary<string, string>>(b),
        SkipOne,
    ];

    [Test]
    public void Random_bytes_are_refused()
    {
        var random = new Random(Seed);
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            refused += Feed(Readers[round % Readers.Length], bytes);
        }
        Assert.That(refused, Is.GreaterThan(Rounds / 2));
    }

    [Test]
    public void Damaged_values_are_refused_or_read_as_others()
    {
        var random = new Random(Seed);
        var valid = Valid();
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var (bytes, reader) = valid[round % valid.Length];
            refused += Feed(Readers[reader], Damage(random, bytes));
        }
        Assert.That(refused, Is.InRange(Rounds / 10, Rounds - (Rounds / 100)));
    }

    [Test]
    public void Every_shorter_piece_of_a_value_is_refused()
    {
        foreach (var (bytes, reader) in Valid())
        {
            Assert.That(Feed(Readers[reader], bytes), Is.Zero);
            for (var length = 0; length < bytes.Length; length++)
                Assert.That(Feed(Readers[reader], bytes[..length]), Is.EqualTo(1), $"{length} of {bytes.Length} bytes");
        }
    }

    [Test]
    public void Bytes_after_the_value_are_refused() =>
        Assert.That(() => Read<NodeSpec>("9000"), Refuses("1 bytes too many"));

    [TestCase("ddffffffff")]
    [TestCase("dcffff9090")]
    [TestCase("dd00000003c2c2")]
    public void An_array_longer_than_the_input_is_refused(string hex) =>
        Assert.That(() => Read<ImmutableArray<bool>>(hex), Refuses("ends too early"));

    [TestCase("dfffffffff")]
    [TestCase("82a0a0a1")]
    public void A_map_longer_than_the_input_is_refused(string hex) =>
        Assert.That(() => Read<ImmutableSortedDictionary<string, string>>(hex), Refuses("ends too early"));

    [Test]
    public void Strings_and_binary_data_longer_than_the_input_are_refused()
    {
        Assert.That(
            () => Read<string>("dbffffffff61"),
            Refuses("4294967295 more bytes are needed at byte 5, 1 are left"));
        Assert.That(() => Read<byte[]>("c67fffffff00"), Refuses("ends too early"));
        Assert.That(() => Read<Node>("97c0c0c0c0c0c0c9ffffffff01"), Refuses("ends too early"));
    }

    [TestCase("a1ff")]
    [TestCase("a2c328")]
    [TestCase("a3eda080", Description = "half a surrogate pair")]
    public void Text_that_is_not_utf8_is_refused(string hex) =>
        Assert.That(() => Read<string>(hex), Refuses("not UTF-8"));

    [Test]
    public void A_key_that_occurs_twice_is_refused() =>
        Assert.That(
            () => Read<ImmutableSortedDictionary<string, string>>("82a161a162a161a162"),
            Refuses("occurs twice"));

    [Test]
    public void Nil_in_an_array_of_things_that_cannot_be_null_is_refused() =>
        Assert.That(
            () => Read<ImmutableArray<string>>("91c0"),
            Refuses("expected a string at byte 1, found nil (0xc0)"));

    [Test]
    public void Nesting_does_not_exhaust_the_stack()
    {
        var deep = string.Concat(Enumerable.Repeat("91", 1_000_000)) + "90";
        Assert.That(() => Read<SlotTests.Tree>(deep), Refuses("nested deeper than 100"));
    }

    [Test]
    public void Promises_of_much_data_allocate_little()
    {
        // Arrays that each promise all that is left, one inside the other: 200 KB of input.
        var input = new byte[200_000];
        for (var i = 0; i + 6 <= 600; i += 6)
        {
            input[i] = 0x91;
            input[i + 1] = 0xdd;
            input[i + 4] = 0xff;
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(
            () => MessagePackSerializer.Deserialize<SlotTests.Tree>(input),
            Throws.TypeOf<InvalidDataException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(3_000_000));
    }

    private static ImmutableArray<(byte[] Bytes, int Reader)> Valid() =>
    [
        (MessagePackSerializer.Serialize<IStoreObject>(SampleValue.Of<ServiceTask>()), 0),
        (MessagePackSerializer.Serialize<IStoreObject>(SampleValue.Of<Service>()), 0),
        (MessagePackSerializer.Serialize<IStoreObject>(SampleValue.Of<Node>()), 0),
        (MessagePackSerializer.Serialize<AgentMessage>(SampleValue.Of<AgentStatusReport>()), 1),
        (MessagePackSerializer.Serialize<ManagerMessage>(SampleValue.Of<SessionSettings>()), 2),
        (MessagePackSerializer.Serialize(SampleValue.Of<LogLine>()), 4),
    ];

    private static byte[] Damage(Random random, byte[] valid)
    {
        var bytes = valid.ToArray();
        for (var hits = random.Next(1, 4); hits > 0; hits--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    /// <summary>1 when the bytes were refused as they should be; any other exception fails the test.</summary>
    private static int Feed(Action<byte[]> reader, byte[] bytes)
    {
        try
        {
            reader(bytes);
            return 0;
        }
        catch (InvalidDataException)
        {
            return 1;
        }
        catch (Exception e)
        {
            throw new AssertionException($"{Convert.ToHexStringLower(bytes)} made the reader throw {e}", e);
        }
    }

    private static void SkipOne(byte[] bytes) => new MessagePackReader(bytes).Skip();

    private static T Read<T>(string hex) => MessagePackSerializer.Deserialize<T>(Convert.FromHexString(hex));

    private static NUnit.Framework.Constraints.ContainsConstraint Refuses(string reason) =>
        Throws.TypeOf<InvalidDataException>().With.Message.Contains(reason);
}
