namespace Orchestrator.Runtime.Processes;

/// <summary>
/// Where everything about one task is kept, so that any daemon, now or later, finds it: <c>spec</c> by the daemon, the
/// rest by the shim, each file written whole. <c>run</c> says that it was started once, <c>exit</c> that it has ended.
/// </summary>
internal sealed class TaskDirectory(string root, string taskId)
{
    internal string Path { get; } = System.IO.Path.Combine(root, taskId);

    internal string TaskId => taskId;

    internal string SpecFile => File("spec");

    internal string RunFile => File("run");

    internal string ExitFile => File("exit");

    internal string LockFile => File("lock");

    /// <summary>
    /// Touched at each change: one flat directory can be watched for all tasks with one inotify instance.
    /// </summary>
    internal string MarkFile => System.IO.Path.Combine(MarkDirectory(root), taskId);

    internal static string MarkDirectory(string root) => System.IO.Path.Combine(root, ".changes");

    /// <summary>Logs count up, so that a reader never sees one renamed under it.</summary>
    internal string LogFile(int number) => File($"log.{number}");

    /// <summary>The numbers of the log files that exist, ascending.</summary>
    internal List<int> LogNumbers()
    {
        var numbers = new List<int>();
        try
        {
            foreach (var file in Directory.EnumerateFiles(Path, "log.*"))
                if (int.TryParse(file.AsSpan(file.LastIndexOf('.') + 1), out var number))
                    numbers.Add(number);
        }
        catch (DirectoryNotFoundException)
        {
            return numbers;
        }

        numbers.Sort();
        return numbers;
    }

    internal bool Exists => Directory.Exists(Path);

    internal void Mark()
    {
        Directory.CreateDirectory(MarkDirectory(root));
        System.IO.File.WriteAllBytes(MarkFile, []);
    }

    internal static TaskDirectory At(string path) =>
        new(System.IO.Path.GetDirectoryName(path) ?? "/", System.IO.Path.GetFileName(path));

    private string File(string name) => System.IO.Path.Combine(Path, name);
}
