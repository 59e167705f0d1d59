using Orchestrator.Agents.Sessions;
using Orchestrator.Model;

namespace Orchestrator.Tests.Agents;

[TestFixture]
internal sealed class ManagerRosterTests
{
    [Test]
    public void Delays_double_from_100_ms_to_8_s()
    {
        var roster = new ManagerRoster(["a:1"]);

        var delays = Enumerable.Range(0, 9).Select(_ => roster.Failed(0).TotalMilliseconds);

        Assert.That(delays, Is.EqualTo(new[] { 100, 200, 400, 800, 1600, 3200, 6400, 8000, 8000 }));
    }

    [Test]
    public void The_other_managers_are_tried_before_the_pause_grows()
    {
        var roster = new ManagerRoster(["a:1", "b:1", "c:1"]);

        var tries = Enumerable.Range(0, 6).Select(_ => $"{roster.Current} {roster.Failed(0).TotalMilliseconds}");

        Assert.That(tries, Is.EqualTo(new[] { "a:1 100", "b:1 100", "c:1 100", "a:1 100", "b:1 100", "c:1 200" }));
    }

    [Test]
    public void What_a_session_names_replaces_what_was_known_and_the_one_that_answers_stays_first()
    {
        var roster = new ManagerRoster(["old:1", "b:1"]);
        roster.Failed(0);

        roster.Learn(new SessionSettings { Managers = ["a:1", "b:1"] });

        Assert.That(roster.Current, Is.EqualTo("b:1"));
        roster.Failed(0);
        Assert.That(roster.Current, Is.EqualTo("a:1"));
    }

    [Test]
    public void A_success_starts_the_delays_anew()
    {
        var roster = new ManagerRoster(["a:1"]);
        for (var time = 0; time < 8; time++)
            roster.Failed(0);

        roster.Succeeded();

        Assert.That(roster.Failed(0).TotalMilliseconds, Is.EqualTo(100));
    }

    [Test]
    public void Without_any_manager_there_is_none_to_try()
    {
        var roster = new ManagerRoster([]);

        Assert.That(roster.Current, Is.Null);
        Assert.That(roster.Failed(0.5), Is.GreaterThan(TimeSpan.Zero));
    }
}
