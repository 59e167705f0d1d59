using System.Text;
using Orchestrator.Model;
using Orchestrator.Serialization;
using ForAll = FsCheck.NUnit.PropertyAttribute;

#pragma warning disable NUnit1027 // FsCheck supplies the arguments; the analyzer knows only NUnit's own attributes.

namespace Orchestrator.Tests.Serialization;

/// <summary>Whatever the value is, it comes back.</summary>
public sealed class FormatterPropertyTests
{
    [ForAll(MaxTest = 1000)]
    public void Integers(long a, ulong b, int c, uint d)
    {
        // FsCheck's numbers are small: the multiplications spread them over all sizes.
        AssertReturns(a * 0x12345678ABCDEF);
        AssertReturns(b * 0x12345678ABCDEF);
        AssertReturns(c * 0x1234567);
        AssertReturns(d * 0x1234567);
        AssertReturns((short)(c * 0x123));
        AssertReturns((ushort)(c * 0x123));
        AssertReturns((sbyte)(c * 13));
        AssertReturns((byte)(c * 13));
    }

    [ForAll]
    public void Numbers_with_fractions_and_booleans(double number, bool flag)
    {
        AssertReturns(number);
        AssertReturns(flag);
    }

    [ForAll]
    public void Strings(string? text)
    {
        // A string with half a surrogate pair has no UTF-8.
        var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));
        AssertReturns(valid);
        AssertReturns(new TaskId(valid));
    }

    [ForAll(MaxTest = 1000)]
    public void Moments_and_durations(DateTimeOffset moment, TimeSpan duration, ushort ticks)
    {
        var precise = moment.UtcTicks < DateTimeOffset.MaxValue.UtcTicks - ticks ? moment.AddTicks(ticks) : moment;
        AssertReturns(precise);
        AssertReturns(duration);
    }

    [ForAll]
    public void Nullable_values(int? number, DateTimeOffset? moment, bool? flag)
    {
        AssertReturns(number);
        AssertReturns(moment);
        AssertReturns(flag);
        AssertReturns(number is { } n ? (DayOfWeek)(n % 7) : (DayOfWeek?)null);
    }

    [ForAll]
    public void Enums_with_and_without_a_name(int number) => AssertReturns((TaskState)number);

    [ForAll]
    public void Binary_data(byte[]? bytes)
    {
        AssertReturns(bytes ?? []);
        var memory = MessagePackSerializer.Deserialize<ReadOnlyMemory<byte>>(
            MessagePackSerializer.Serialize<ReadOnlyMemory<byte>>(bytes));
        Assert.That(memory.ToArray(), Is.EqualTo(bytes ?? []));
    }

    [ForAll]
    public void Arrays(int?[]? items) => AssertReturns(ImmutableArray.Create(items ?? []));

    [ForAll]
    public void String_maps(Dictionary<int, int> items)
    {
        var map = items.ToImmutableSortedDictionary(i => $"k{i.Key}", i => $"{i.Value}", StringComparer.Ordinal);
        AssertReturns(map);
        var otherOrder = map.WithComparers(StringComparer.OrdinalIgnoreCase);
        Assert.That(MessagePackSerializer.Serialize(otherOrder), Is.EqualTo(MessagePackSerializer.Serialize(map)));
    }

    [ForAll]
    public void Records(long cpus, long memory, string? kind, long count)
    {
        var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(kind ?? ""));
        var item = new GenericResource { Kind = valid, Count = count };
        AssertReturns(item);
        var back = MessagePackSerializer.Deserialize<NodeResources>(MessagePackSerializer.Serialize(
            new NodeResources { NanoCpus = cpus, MemoryBytes = memory, Generic = [item, item] }));
        Assert.That((back.NanoCpus, back.MemoryBytes), Is.EqualTo((cpus, memory)));
        Assert.That(back.Generic, Is.EqualTo(new[] { item, item }));
    }

    [ForAll]
    public void Unions(ulong number)
    {
        AssertReturns<ManagerMessage>(new StatusReceipt { Number = number });
        AssertReturns<ManagerMessage>(new NodeRemoved());
        AssertReturns<AgentMessage>(new AgentHeartbeat());
    }

    private static void AssertReturns<T>(T value)
    {
        var bytes = MessagePackSerializer.Serialize(value);
        var back = MessagePackSerializer.Deserialize<T>(bytes);
        Assert.That(back, Is.EqualTo(value));
        Assert.That(MessagePackSerializer.Serialize(back), Is.EqualTo(bytes));
    }
}
