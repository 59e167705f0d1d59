using Orchestrator.Security;

namespace Orchestrator.Tests.Security;

public sealed class ValidityTests
{
    private static readonly Validity HundredDays = new(TestPki.Now, TestPki.Now.AddDays(100));

    [TestCase(0.0, 50)]
    [TestCase(0.5, 65)]
    [TestCase(1.0, 80)]
    public void Renewal_comes_between_half_and_four_fifths_of_the_validity(double chance, int day) =>
        Assert.That(HundredDays.RenewAt(chance), Is.EqualTo(TestPki.Now.AddDays(day)).Within(TimeSpan.FromSeconds(1)));

    [Test]
    public void Both_ends_count()
    {
        Assert.That(HundredDays.Contains(HundredDays.NotBefore) && HundredDays.Contains(HundredDays.NotAfter));
        Assert.That(HundredDays.Contains(HundredDays.NotBefore.AddTicks(-1)), Is.False);
        Assert.That(HundredDays.Contains(HundredDays.NotAfter.AddTicks(1)), Is.False);
    }
}
