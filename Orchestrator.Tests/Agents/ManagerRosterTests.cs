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
    public void The_one_that_answers_comes_first_then_those_that_a_session_names_then_those_that_were_given()
    {
        var roster = new ManagerRoster(["old:1", "b:1"]);
        roster.Failed(0);
        roster.Succeeded();
        roster.Learn(new SessionSettings { Managers = ["gone:1", "b:1"] });

        roster.Learn(new SessionSettings { Managers = ["a:1", "b:1"] });

        Assert.That(NextOf(roster, 4), Is.EqualTo(new[] { "b:1", "a:1", "old:1", "b:1" }));
    }

    [Test]
    public void After_a_start_the_managers_that_were_given_come_first()
    {
        var roster = new ManagerRoster(["own:1"]);

        roster.Learn(new SessionSettings { Managers = ["a:1", "b:1"] });

        Assert.That(NextOf(roster, 4), Is.EqualTo(new[] { "own:1", "a:1", "b:1", "own:1" }));
    }

    [Test]
    public void Managers_that_were_heard_of_are_tried_until_a_session_names_others()
    {
        var roster = new ManagerRoster(["own:1"], "own:1", "a:1");

        Assert.That(NextOf(roster, 3), Is.EqualTo(new[] { "own:1", "a:1", "own:1" }));

        roster.Learn(new SessionSettings { Managers = ["b:1"] });
        Assert.That(NextOf(roster, 3), Is.EqualTo(new[] { "own:1", "b:1", "own:1" }));
    }

    [Test]
    public void The_manager_that_leads_is_tried_at_once_when_it_is_named()
    {
        var roster = new ManagerRoster(["a:1", "b:1", "c:1"]);
        roster.Deferred("new:1");

        Assert.That((roster.Failed(0), roster.Current), Is.EqualTo((TimeSpan.Zero, "new:1")));
        roster.Succeeded();

        Assert.That(NextOf(roster, 5), Is.EqualTo(new[] { "new:1", "b:1", "c:1", "a:1", "new:1" }));
    }

    [Test]
    public void Managers_that_name_each_other_do_not_make_the_agent_spin()
    {
        var roster = new ManagerRoster(["a:1", "b:1"]);
        var pauses = new List<double>();
        for (var time = 0; time < 6; time++)
        {
            roster.Deferred(roster.Current == "a:1" ? "b:1" : "a:1");
            pauses.Add(roster.Failed(0).TotalMilliseconds);
        }

        Assert.That(pauses.Where((_, time) => time % 2 == 1), Is.All.GreaterThanOrEqualTo(100));
    }

    [Test]
    public void A_manager_that_names_itself_is_not_followed()
    {
        var roster = new ManagerRoster(["a:1", "b:1"]);
        roster.Deferred("a:1");

        Assert.That((roster.Failed(0).TotalMilliseconds, roster.Current), Is.EqualTo((100, "b:1")));
    }

    [Test]
    public void A_hint_that_leads_nowhere_is_forgotten()
    {
        var roster = new ManagerRoster(["a:1", "b:1"]);
        roster.Deferred("dead:1");
        roster.Failed(0);

        Assert.That((roster.Failed(0).TotalMilliseconds, roster.Current), Is.EqualTo((100, "b:1")));
    }

    [Test]
    public void While_managers_answer_that_none_leads_the_pauses_stay_short_for_a_while()
    {
        var roster = new ManagerRoster(["a:1", "b:1", "dead:1"]);
        var pauses = new List<double>();
        for (var time = 0; time < 200; time++)
        {
            if (roster.Current != "dead:1")
                roster.Deferred("");
            pauses.Add(roster.Failed(0).TotalMilliseconds);
        }

        Assert.That(pauses[0], Is.EqualTo(100));
        Assert.That(pauses[..19], Is.All.LessThanOrEqualTo(300));
        Assert.That(pauses[19..39], Is.All.LessThanOrEqualTo(600));
        Assert.That(pauses[^1], Is.EqualTo(3000));
    }

    [Test]
    public void When_nobody_answers_any_more_the_pauses_are_long()
    {
        var roster = new ManagerRoster(["a:1"]);
        roster.Deferred("");
        for (var time = 0; time < 10; time++)
            roster.Failed(0);

        Assert.That(roster.Failed(0), Is.EqualTo(TimeSpan.FromSeconds(8)));
    }

    [Test]
    public void A_manager_that_does_not_answer_costs_half_a_second_while_others_are_known()
    {
        var alone = new ManagerRoster(["a:1"]);
        var roster = new ManagerRoster(["a:1", "b:1"]);

        Assert.That(alone.ConnectLimit.TotalSeconds, Is.EqualTo(4));
        var limits = new List<double>();
        for (var time = 0; time < 10; time++)
        {
            limits.Add(roster.ConnectLimit.TotalSeconds);
            roster.Failed(0);
        }
        Assert.That(limits, Is.EqualTo(new[] { 0.5, 0.5, 1, 1, 2, 2, 4, 4, 4, 4 }));
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

    [TestCase(7UL, 5UL, false)]
    [TestCase(7UL, 6UL, false)]
    [TestCase(7UL, 4UL, true)]
    [TestCase(8UL, 1UL, false)]
    [TestCase(0UL, 0UL, false)]
    public void Who_led_before_the_leader_that_was_heard_last_is_known_by_its_term(ulong incarnation, ulong term, bool isFormer)
    {
        var roster = new ManagerRoster(["a:1"]);
        roster.Learn(new SessionSettings { Incarnation = 7, Term = 5 });

        Assert.That(
            roster.IsFormer(new SessionSettings { Incarnation = incarnation, Term = term }), Is.EqualTo(isFormer));
    }

    [Test]
    public void Without_any_manager_there_is_none_to_try()
    {
        var roster = new ManagerRoster([]);

        Assert.That(roster.Current, Is.Null);
        Assert.That(roster.Failed(0.5), Is.GreaterThan(TimeSpan.Zero));
    }

    private static List<string?> NextOf(ManagerRoster roster, int count)
    {
        var next = new List<string?>();
        for (var time = 0; time < count; time++)
        {
            next.Add(roster.Current);
            roster.Failed(0);
        }
        return next;
    }
}
