namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>The judges of the long runs notice what they are there for.</summary>
internal sealed class LedgerTests
{
    [Test]
    public void What_was_acknowledged_once_and_is_there_is_no_problem()
    {
        var turns = Turns();
        Take(turns, "a-1", 1, WriteOutcome.Acknowledged);
        Take(turns, "a-2", 2, WriteOutcome.Unknown);
        Take(turns, "b-1", 2, WriteOutcome.Refused);
        turns.Saw(turns.Floor, 1, "a-1");
        turns.Saw(turns.Floor, 2, "a-2");
        Assert.That(turns.Problems(), Is.Empty);
        Assert.That(turns.Last, Is.EqualTo(2));
    }

    [Test]
    public void A_lost_turn_is_noticed()
    {
        var turns = Turns();
        Take(turns, "a-1", 1, WriteOutcome.Acknowledged);
        Assert.That(turns.Problems(), Has.One.Contains("a-1 was acknowledged for turn 1, but there is nothing"));
    }

    [Test]
    public void A_turn_that_two_were_told_they_had_is_noticed()
    {
        var turns = Turns();
        Take(turns, "a-1", 1, WriteOutcome.Acknowledged);
        Take(turns, "b-1", 1, WriteOutcome.Acknowledged);
        turns.Saw(turns.Floor, 1, "b-1");
        Assert.That(turns.Problems(), Has.One.Contains("a-1 was acknowledged for turn 1, but there is b-1"));
    }

    [Test]
    public void A_refused_turn_that_was_made_is_noticed()
    {
        var turns = Turns();
        Take(turns, "a-1", 1, WriteOutcome.Refused);
        turns.Saw(turns.Floor, 1, "a-1");
        Assert.That(turns.Problems(), Has.One.Contains("a-1 was refused"));
    }

    [Test]
    public void A_mark_that_took_another_turn_is_noticed()
    {
        var turns = Turns();
        Take(turns, "a-1", 1, WriteOutcome.Acknowledged);
        turns.Saw(turns.Floor, 1, "a-1");
        turns.Saw(turns.Floor, 2, "a-1");
        Assert.That(turns.Problems(), Has.One.Contains("turn 2 has the mark a-1"));
    }

    [Test]
    public void A_read_of_the_past_is_noticed()
    {
        var turns = Turns();
        Take(turns, "a-1", 1, WriteOutcome.Acknowledged);
        turns.Saw(turns.Floor, 1, "a-1");
        turns.Saw(turns.Floor, 0, TurnLedger.Nobody);
        Assert.That(turns.Problems(), Has.One.Contains("showed turn 0 after turn 1 was known"));
    }

    [Test]
    public void A_turn_that_changes_afterwards_is_noticed()
    {
        var turns = Turns();
        Take(turns, "a-1", 1, WriteOutcome.Unknown);
        Take(turns, "b-1", 1, WriteOutcome.Unknown);
        turns.Saw(0, 1, "a-1");
        turns.Saw(0, 1, "b-1");
        Assert.That(turns.Problems(), Has.One.Contains("turn 1 was a-1 and then b-1"));
    }

    [TestCase(WriteOutcome.Acknowledged, false, "s was acknowledged, but is lost")]
    [TestCase(WriteOutcome.Refused, true, "s was refused, but exists")]
    [TestCase(WriteOutcome.NotSent, true, "s was refused, but exists")]
    [TestCase(WriteOutcome.Unknown, true, null)]
    [TestCase(WriteOutcome.Unknown, false, null)]
    [TestCase(WriteOutcome.Acknowledged, true, null)]
    public void A_service_is_there_as_its_client_was_told(WriteOutcome outcome, bool exists, string? problem)
    {
        var services = new ServiceLedger();
        services.Try("s");
        services.Created("s", outcome);
        Assert.That(services.Problems(exists ? ["s"] : []), problem is null ? Is.Empty : Is.EqualTo((string[])[problem]));
    }

    [Test]
    public void A_service_that_is_back_or_there_twice_or_nobodys_is_noticed()
    {
        var services = new ServiceLedger();
        foreach (var name in (string[])["back", "twice", "made"])
        {
            services.Try(name);
            services.Created(name, WriteOutcome.Acknowledged);
        }
        services.Removed("back", WriteOutcome.Acknowledged);
        services.CreatedTwice("made");
        services.RemovedTwice("made");
        Assert.That(services.Problems(["back", "twice", "twice", "foreign"]), Is.EquivalentTo((string[])
        [
            "back was removed, but is back", "twice exists twice", "foreign exists, but nobody made it",
            "made existed when it was made", "made was acknowledged, but was not there to be removed",
        ]));
    }

    [TestCase(201, "{}", WriteOutcome.Acknowledged)]
    [TestCase(500, "update out of sequence", WriteOutcome.Refused)]
    [TestCase(503, "the change was not made: the managers got another leader. Try again", WriteOutcome.Refused)]
    [TestCase(500, "(it is not known whether the change was made: …)", WriteOutcome.Unknown)]
    public void An_answer_means_what_it_says(int status, string body, WriteOutcome outcome) =>
        Assert.That(WriteOutcomes.Of(new ApiAnswer(status, "application/json", body)), Is.EqualTo(outcome));

    [Test]
    public void A_defect_is_no_refusal() => Assert.That(
        () => WriteOutcomes.Of(new ApiAnswer(500, "application/json", "internal error (InvariantException)")),
        Throws.InvalidOperationException);

    private static TurnLedger Turns() => new("register");

    private static void Take(TurnLedger turns, string mark, int turn, WriteOutcome outcome)
    {
        turns.Try(mark, turn);
        turns.Tell(mark, outcome);
    }
}
