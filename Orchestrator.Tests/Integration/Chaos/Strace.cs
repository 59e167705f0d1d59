using System.Diagnostics;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>Changes what the kernel does for one process, until it is disposed or the process ends.</summary>
internal sealed class Strace : IAsyncDisposable
{
    private readonly Process _process;

    private Strace(Process process) => _process = process;

    /// <summary>Ignores the test where nobody may look into other processes.</summary>
    public static void Require()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/strace"))
            Assert.Ignore("needs root and /usr/bin/strace");
    }

    /// <summary>Completes when it is in force in all threads.</summary>
    /// <param name="fault">what becomes of every flush, as strace writes it: <c>error=EIO</c></param>
    public static async Task<Strace> OfFlushesAsync(int pid, string fault)
    {
        var start = new ProcessStartInfo("strace",
            ["-f", "-p", $"{pid}", "-e", "trace=fdatasync,fsync", "-e", $"inject=fdatasync,fsync:{fault}"])
        {
            RedirectStandardError = true,
        };
        var attached = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) => attached.TrySetResult(line.Data);
        process.Start();
        process.BeginErrorReadLine();
        Assert.That(await attached.Task.WaitAsync(Eventually.Patience), Does.Contain("attached"), "strace could not attach");
        return new Strace(process);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            Programs.Kill(_process.Id, "INT");
        await _process.WaitForExitAsync().WaitAsync(Eventually.Patience);
        _process.Dispose();
    }
}
