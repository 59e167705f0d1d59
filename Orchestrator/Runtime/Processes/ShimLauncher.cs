using System.Diagnostics;

namespace Orchestrator.Runtime.Processes;

/// <summary>Starts the shim of a task.</summary>
internal sealed class ShimLauncher(ProcessRuntimeOptions options, TimeProvider time)
{
    private const int LongestComplaint = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A small heap, no diagnostics server, no tiers of compilation and no profiling: about 5 MB of memory of its own
    /// for each task; the other 25 MB of its resident set are the binary's pages, which all shims share.
    /// </summary>
    private static readonly (string Name, string Value)[] Settings =
    [
        ("DOTNET_gcServer", "0"), ("DOTNET_gcConcurrent", "0"), ("DOTNET_GCHeapHardLimit", "2000000"),
        ("DOTNET_GCgen0size", "80000"), ("DOTNET_TieredCompilation", "0"), ("DOTNET_TieredPGO", "0"),
        ("DOTNET_EnableDiagnostics", "0"), ("DOTNET_DbgEnableMiniDump", "0"),
    ];

    /// <summary>Completes when the shim has started the task or has failed to: its files tell which.</summary>
    /// <returns>what the shim complained of; empty as a rule</returns>
    internal async Task<string> LaunchAsync(TaskDirectory directory, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        using var process = Process.Start(StartInfo(directory))
            ?? throw new RuntimeException(RuntimeFailure.Unavailable, $"cannot start {options.SelfPath}");
        process.StandardInput.Close();
        try
        {
            // The shim closes both when the task runs; it writes nothing unless it crashes.
            var complaint = new char[LongestComplaint];
            var length = await process.StandardError.ReadBlockAsync(complaint, either.Token);
            await process.StandardOutput.ReadToEndAsync(either.Token);
            return new string(complaint, 0, length);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return $"the supervisor of the task said nothing for {Patience.TotalSeconds} seconds";
        }
    }

    private ProcessStartInfo StartInfo(TaskDirectory directory)
    {
        var start = new ProcessStartInfo(options.SelfPath, ["task-shim", directory.Path])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Nothing of the daemon's environment but where its runtime is, when it is not a self-contained file.
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        start.Environment.Clear();
        start.Environment["PATH"] = ProgramPath.Default;
        if (root is { Length: > 0 })
            start.Environment["DOTNET_ROOT"] = root;
        foreach (var (name, value) in Settings)
            start.Environment[name] = value;
        return start;
    }
}
