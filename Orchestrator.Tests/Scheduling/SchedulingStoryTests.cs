using System.Text.RegularExpressions;
using Orchestrator.Tests.Rules;

namespace Orchestrator.Tests.Scheduling;

/// <summary>
/// Every story in <c>Testdata/scheduling</c>, to the letter. <c>REWRITE=1</c> writes them anew, to be reviewed.
/// </summary>
public sealed class SchedulingStoryTests
{
    private const string Folder = "scheduling";

    public static IEnumerable<string> Stories => Builders.Stories.Names(Folder);

    [TestCaseSource(nameof(Stories))]
    public void A_story_goes_as_it_is_written(string name) => Builders.Stories.Check(Folder, name, SchedulingStory.Play);

    [Test]
    public void The_stories_that_the_architecture_names_are_there() => Assert.That(
        Regex.Matches(File.ReadAllText(Path.Combine(SourceTree.RootDirectory, "ARCHITECTURE.md")), @"`([a-z-]+)\.txt`")
            .Select(match => match.Groups[1].Value).Distinct(),
        Is.SubsetOf(Stories));

    [Test]
    public void There_are_stories() => Assert.That(Stories.Count(), Is.GreaterThanOrEqualTo(8));
}
