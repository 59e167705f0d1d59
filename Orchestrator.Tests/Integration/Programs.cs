using System.Diagnostics;

namespace Orchestrator.Tests.Integration;

/// <summary>What a program that has ended left.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Errors, TimeSpan Took)
{
    public string All => Output + Errors;

    public override string ToString() => $"exit code {ExitCode} after {Took.TotalSeconds:0.0} s: {All}";

    /// <summary>The output, without the end of the line, of a program that must have succeeded.</summary>
    public string Succeeded()
    {
        Assert.That(ExitCode, Is.Zero, ToString());
        return Output.Trim();
    }
}

/// <summary>Runs programs to their end.</summary>
internal static class Programs
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>The binary under test.</summary>
    public static string Swarmnet { get; } = Environment.GetEnvironmentVariable("SWARMNET_BINARY") is { Length: > 0 } path
        ? Path.GetFullPath(path)
        : Path.Combine(AppContext.BaseDirectory, "swarmnet");

    public static string RepositoryRoot { get; } = FindRoot();

    public static Task<ProgramResult> RunAsync(string file, params string[] arguments) =>
        RunAsync(new ProcessStartInfo(file, arguments));

    public static async Task<ProgramResult> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var began = TimeProvider.System.GetTimestamp();
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            var took = TimeProvider.System.GetElapsedTime(began);
            return new ProgramResult(process.ExitCode, await output, await errors, took);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new AssertionException(
                $"{start.FileName} {string.Join(' ', start.ArgumentList)} did not end within {Limit.TotalSeconds} s");
        }
    }

    /// <summary>Ids of the processes whose command line has this text in it.</summary>
    public static ImmutableArray<int> With(string text) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && pid != Environment.ProcessId && CommandLine(pid).Contains(text)),
    ];

    /// <summary>Empty for a process that has ended, reaped or not.</summary>
    public static string CommandLine(int pid) => ReadProc(pid, "cmdline").Replace('\0', ' ');

    public static bool Runs(int pid) => CommandLine(pid).Length > 0;

    public static ImmutableArray<int> ChildrenOf(int parent) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && ReadProc(pid, "stat").Split(") ") is [_, .., var rest]
                && rest.Split(' ')[1] == $"{parent}"),
    ];

    /// <summary>Whoever ended already is fine.</summary>
    public static void Kill(int pid, string signal = "KILL")
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", [$"-{signal}", $"{pid}"])
        {
            RedirectStandardError = true,
        })!;
        kill.WaitForExit();
    }

    private static string ReadProc(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // it has just ended
        }
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "orchestrator.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("orchestrator.sln is in no parent directory");
    }
}
