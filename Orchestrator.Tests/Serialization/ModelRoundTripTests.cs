using System.Reflection;
using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Serialization;

public sealed class ModelRoundTripTests
{
    private static IEnumerable<Type> Records => Keyed.Records;

    private static IEnumerable<TestCaseData<Type, Type>> Cases =>
        from union in Keyed.Unions
        from attribute in Keyed.TagsOf(union)
        select new TestCaseData<Type, Type>(union, attribute.SubType);

    [TestCaseSource(nameof(Records))]
    public void Every_record_comes_back_with_all_its_members(Type record)
    {
        var value = new SampleValue().Make(record);
        AssertDiffersFromDefaults(value);
        Assert.That(WireShape.Text(RoundTrip(record, value)), Is.EqualTo(WireShape.Text(value)));
    }

    [TestCaseSource(nameof(Records))]
    public void Every_record_comes_back_as_its_initializers_make_it(Type record)
    {
        var value = Activator.CreateInstance(record)!;
        foreach (var member in Keyed.MembersOf(record).Where(Rules.IsRequired))
            member.SetValue(value, new SampleValue().Make(member.PropertyType));
        Assert.That(WireShape.Text(RoundTrip(record, value)), Is.EqualTo(WireShape.Text(value)));
    }

    [TestCaseSource(nameof(Cases))]
    public void Every_member_of_a_union_comes_back_as_itself(Type union, Type record)
    {
        var value = new SampleValue().Make(record);
        var back = RoundTrip(union, value);
        Assert.That(back, Is.TypeOf(record));
        Assert.That(WireShape.Text(back), Is.EqualTo(WireShape.Text(value)));
    }

    [Test]
    public void Every_subtype_of_a_union_has_a_tag()
    {
        var subtypes = Keyed.Unions.SelectMany(u => Keyed.Records.Where(u.IsAssignableFrom).Select(r => (u, r)));
        Assert.That(subtypes, Is.EquivalentTo(Cases.Select(c => ((Type)c.Arguments[0]!, (Type)c.Arguments[1]!))));
        Type[] known = [typeof(IStoreObject), typeof(AgentMessage), typeof(ManagerMessage)];
        Assert.That(Keyed.Unions, Is.SupersetOf(known));
    }

    [Test]
    public void String_maps_come_back_in_ordinal_order()
    {
        var bytes = MessagePackSerializer.Serialize(SampleValue.Of<NodeSpec>());
        var back = MessagePackSerializer.Deserialize<NodeSpec>(bytes);
        Assert.That(back.Labels.KeyComparer, Is.SameAs(StringComparer.Ordinal));
        var empty = MessagePackSerializer.Deserialize<NodeSpec>(new byte[] { 0x90 });
        Assert.That(empty.Labels, Is.SameAs(StringMap.Empty));
    }

    private static void AssertDiffersFromDefaults(object value)
    {
        var defaults = Activator.CreateInstance(value.GetType())!;
        foreach (var member in Keyed.MembersOf(value.GetType()))
            Assert.That(
                WireShape.Text(member.GetValue(value), member.PropertyType),
                Is.Not.EqualTo(WireShape.Text(member.GetValue(defaults), member.PropertyType)),
                $"{member.Name} has its default value, so losing it would not be seen");
    }

    private static object RoundTrip(Type type, object value) => typeof(ModelRoundTripTests)
        .GetMethod(nameof(RoundTripAs), BindingFlags.NonPublic | BindingFlags.Static)!
        .MakeGenericMethod(type).Invoke(null, [value])!;

    private static object RoundTripAs<T>(object value)
    {
        var bytes = MessagePackSerializer.Serialize((T)value);
        var back = MessagePackSerializer.Deserialize<T>(bytes)!;
        Assert.That(MessagePackSerializer.Serialize(back), Is.EqualTo(bytes), "same value, same bytes");
        return back;
    }
}
