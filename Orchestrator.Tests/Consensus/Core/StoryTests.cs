namespace Orchestrator.Tests.Consensus.Core;

/// <summary>Every story in <c>Testdata/raft</c>, to the letter. <c>REWRITE=1</c> writes them anew, to be reviewed.</summary>
public sealed class StoryTests
{
    private const string Folder = "raft";

    public static IEnumerable<string> Stories => Builders.Stories.Names(Folder);

    [TestCaseSource(nameof(Stories))]
    public void A_story_goes_as_it_is_written(string name) => Builders.Stories.Check(Folder, name, Story.Play);

    [Test]
    public void There_are_stories() => Assert.That(Stories.Count(), Is.GreaterThanOrEqualTo(15));
}
