using Orchestrator.Tests.Rules;

namespace Orchestrator.Tests.Builders;

/// <summary>Texts in a folder of <c>Testdata</c> that must read as they are played. <c>REWRITE=1</c> writes them anew.</summary>
internal static class Stories
{
    public static IEnumerable<string> Names(string folder) => Directory.EnumerateFiles(PathOf(folder), "*.txt")
        .Select(path => Path.GetFileNameWithoutExtension(path)).Order();

    public static void Check(string folder, string name, Func<string, string> play)
    {
        var path = Path.Combine(PathOf(folder), name + ".txt");
        var written = File.ReadAllText(path);
        var played = play(written);
        if (Environment.GetEnvironmentVariable("REWRITE") == "1")
            File.WriteAllText(path, played);
        else
            Assert.That(played, Is.EqualTo(written));
    }

    private static string PathOf(string folder) =>
        Path.Combine(SourceTree.RootDirectory, "Orchestrator.Tests/Testdata", folder);
}
