namespace Orchestrator.Tests.Serialization;

/// <summary>What every record must keep to, so that its data survives.</summary>
public sealed class RecordRulesTests
{
    private static IEnumerable<Type> Records => Keyed.Records;

    [Test]
    public void There_are_records() => Assert.That(Keyed.Records.Count(), Is.GreaterThan(30));

    [TestCaseSource(nameof(Records))]
    public void No_two_members_share_a_key(Type record) =>
        Assert.That(Keyed.MembersOf(record).Select(Keyed.KeyOf), Is.Unique);

    [TestCaseSource(nameof(Records))]
    public void A_record_can_be_made_without_arguments(Type record) =>
        Assert.That(record.IsValueType || record.GetConstructor(Type.EmptyTypes) is not null, Is.True);

    [TestCaseSource(nameof(Records))]
    public void Every_property_that_can_be_set_has_a_key(Type record) =>
        Assert.That(
            record.GetProperties().Where(p => p.SetMethod is { IsPublic: true }).Select(p => p.Name),
            Is.EquivalentTo(Keyed.MembersOf(record).Select(p => p.Name)));

    [TestCaseSource(nameof(Records))]
    public void Nil_means_the_default_so_a_nullable_member_has_no_other_initializer(Type record)
    {
        var defaults = Activator.CreateInstance(record)!;
        foreach (var member in Keyed.MembersOf(record).Where(Rules.IsNullableReference))
        {
            Assert.That(
                member.GetValue(defaults), Is.Null, $"{member.Name}: null would come back as the initializer's value");
            Assert.That(Rules.IsRequired(member), Is.False, $"{member.Name}: null would come back as the empty value");
        }
    }

    [TestCaseSource(nameof(Records))]
    public void A_member_that_must_not_be_null_has_an_initializer_or_is_required(Type record)
    {
        var defaults = Activator.CreateInstance(record)!;
        var references = Keyed.MembersOf(record).Where(m => !m.PropertyType.IsValueType);
        foreach (var member in references.Where(m => !Rules.IsNullableReference(m)))
            Assert.That(
                Rules.IsRequired(member) || member.GetValue(defaults) is not null,
                $"{member.Name} would be null when the data lacks it");
    }
}
