using System.Globalization;
using System.Runtime.CompilerServices;
using Orchestrator.Cli.Convergence;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Tests.Cli.Convergence;

/// <summary>
/// Plays the stories in Testdata/cli: each poll is a state of the service, and below <c>----</c> stands all that is printed
/// (written anew by <c>dotnet test … -- 'TestRunParameters.Parameter(name="rewrite",value="1")'</c>, to be reviewed).
/// </summary>
[TestFixture]
public sealed class StoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 18, 0, 0, TimeSpan.Zero);

    private static IEnumerable<string> Stories() => Directory
        .EnumerateFiles(Path.Combine(TestContext.CurrentContext.TestDirectory, "Testdata", "cli"), "*.txt")
        .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Stories))]
    public void What_happens_is_told(string name)
    {
        var path = Path.Combine(TestContext.CurrentContext.TestDirectory, "Testdata", "cli", name + ".txt");
        var parts = File.ReadAllText(path).Split("----\n");
        var actual = Play(parts[0].Split('\n', StringSplitOptions.RemoveEmptyEntries));
        if (TestContext.Parameters.Exists("rewrite"))
            File.WriteAllText(Path.Combine(SourceDirectory(), name + ".txt"), $"{parts[0]}----\n{actual}");
        else
            Assert.That(actual, Is.EqualTo(parts[1]), actual);
    }

    private static string SourceDirectory([CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "Testdata", "cli");

    private static string Play(string[] script)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var head = ShellWords.Split(script[0]); // service NAME KIND WANTED plain|terminal [rollback]
        var service = new Observation(head[1], Enum.Parse<ServiceKind>(head[2], ignoreCase: true), int.Parse(head[3], CultureInfo.InvariantCulture));
        var printer = head[4] == "plain"
            ? new ProgressPrinter(output, LineStyle.Plain, redraw: false)
            : new ProgressPrinter(output, new LineStyle(true, false, 20, 60), redraw: true);
        var tracker = new ConvergenceTracker(isRollback: head.Contains("rollback"));
        Verdict? verdict = null;
        foreach (var poll in Polls(script))
        {
            var seen = Read(service, poll);
            var progress = ProgressEvaluator.Evaluate(seen);
            verdict = tracker.Step(seen, progress, Start + TimeSpan.FromMilliseconds(Milliseconds(poll[0])));
            printer.Show(seen, progress, verdict);
        }
        output.WriteLine($"=> {verdict!.Kind} {verdict.Message}".TrimEnd());
        return output.ToString().Replace("\e", "<ESC>", StringComparison.Ordinal);
    }

    private static double Milliseconds(string line) => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);

    private static IEnumerable<List<string>> Polls(string[] script)
    {
        List<string>? poll = null;
        foreach (var line in script.Skip(1))
        {
            if (!line.StartsWith("poll", StringComparison.Ordinal))
            {
                poll!.Add(line.Trim());
                continue;
            }
            if (poll is not null)
                yield return poll;
            poll = [line];
        }
        yield return poll!;
    }

    private static Observation Read(Observation service, List<string> poll)
    {
        var tasks = new List<ObservedTask>();
        var nodes = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var words in poll.Skip(1).Select(ShellWords.Split))
        {
            switch (words[0])
            {
                case "node":
                    nodes[words[1]] = words[2];
                    break;
                case "update":
                    service = service with { UpdateState = words[1], UpdateMessage = words[2] };
                    break;
                default: // task SLOT NODE STATE DESIRED [REASON]
                    tasks.Add(new ObservedTask(int.Parse(words[1], CultureInfo.InvariantCulture), words[2] == "-" ? "" : words[2], words[3], words[4])
                    {
                        Reason = words.Count > 5 ? words[5] : "",
                        CreatedAt = Start + TimeSpan.FromSeconds(tasks.Count),
                    });
                    break;
            }
        }
        return service with { Tasks = tasks, Nodes = nodes.ToImmutable() };
    }
}
