using Orchestrator.Tests.Rules;

namespace Orchestrator.Tests.Scheduling;

/// <summary>
/// Every story in <c>Testdata/scheduling</c>, to the letter. <c>REWRITE=1</c> writes them anew, to be reviewed.
/// </summary>
public sealed class SchedulingStoryTests
{
    private static readonly string Folder = Path.Combine(SourceTree.RootDirectory, "Orchestrator.Tests/Testdata/scheduling");

    public static IEnumerable<string> Stories =>
        Directory.EnumerateFiles(Folder, "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order();

    [TestCaseSource(nameof(Stories))]
    public void A_story_goes_as_it_is_written(string name)
    {
        var path = Path.Combine(Folder, name + ".txt");
        var written = File.ReadAllText(path);
        var played = SchedulingStory.Play(written);
        if (Environment.GetEnvironmentVariable("REWRITE") == "1")
            File.WriteAllText(path, played);
        else
            Assert.That(played, Is.EqualTo(written));
    }

    [Test]
    public void There_are_stories() => Assert.That(Stories.Count(), Is.GreaterThanOrEqualTo(8));
}
