using System.Diagnostics;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;
using Orchestrator.Tests.Consensus;

namespace Orchestrator.Tests.Integration;

/// <summary>Faults that the kernel itself reports: needs root, and strace for the flush.</summary>
[Category("Lab"), NonParallelizable]
public sealed class LogDiskFaultsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new TemporaryDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public async Task A_full_disk_stops_the_node_with_a_clear_message_and_costs_nothing_acknowledged()
    {
        var mount = Directory.CreateDirectory(_directory.Child("full")).FullName;
        Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount);
        try
        {
            var options = NodeBench.Options(_directory) with { Directory = Path.Combine(mount, "log") };
            var acknowledged = new List<string>();
            await using (var node = await NodeBench.StartAsync(options))
            {
                var refusal = await FillAsync(node, acknowledged);
                Assert.That(refusal.Message, Does.Contain("disk full: cannot write").And.Contains("Free some space"));
                Assert.That(async () => await node.Loop, Throws.TypeOf<LogException>()
                    .With.Property(nameof(LogException.Failure)).EqualTo(LogFailure.DiskFull));
            }
            Run("mount", "-o", "remount,size=4m", mount);
            await using var again = await NodeBench.StartAsync(options);
            Assert.That(again.Machine.Commands.Take(acknowledged.Count), Is.EqualTo(acknowledged));
            await again.ProposeAsync("there is room again");
        }
        finally
        {
            Run("umount", mount);
        }
    }

    [Test]
    public async Task An_error_of_fdatasync_stops_the_node()
    {
        var options = NodeBench.Options(_directory);
        await using (var node = await NodeBench.StartAsync(options))
        {
            await node.ProposeAsync("kept");
            using var strace = await InjectAsync("fdatasync:error=EIO", DataFiles.Segment(options.Directory, 1));
            try
            {
                Assert.That(async () => await node.ProposeAsync("lost or not"), Throws.TypeOf<ProposalException>()
                    .With.Message.Contains("Input/output error"));
                Assert.That(async () => await node.Loop, Throws.TypeOf<LogException>()
                    .With.Property(nameof(LogException.Failure)).EqualTo(LogFailure.FlushFailed));
            }
            finally
            {
                Run("kill", "-INT", $"{strace.Id}");
                await strace.WaitForExitAsync().WaitAsync(Patience);
            }
        }
        await using var again = await NodeBench.StartAsync(options);
        Assert.That(again.Machine.Commands[0], Is.EqualTo("kept"));
    }

    private static async Task<ProposalException> FillAsync(NodeBench node, List<string> acknowledged)
    {
        for (var i = 0; ; i++)
        {
            var command = $"{i} {new string('x', 50_000)}";
            try
            {
                await node.ProposeAsync(command);
                acknowledged.Add(command);
            }
            catch (ProposalException e)
            {
                return e;
            }
        }
    }

    /// <summary>Attaches strace to this very process; it changes what the kernel answers for one file only.</summary>
    private static async Task<Process> InjectAsync(string fault, string path)
    {
        var start = new ProcessStartInfo("strace",
            ["-f", "-p", $"{Environment.ProcessId}", "-P", path, "-e", "trace=fdatasync", "-e", $"inject={fault}"])
        {
            RedirectStandardError = true,
        };
        var attached = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var strace = new Process { StartInfo = start };
        strace.ErrorDataReceived += (_, line) => attached.TrySetResult(line.Data);
        strace.Start();
        strace.BeginErrorReadLine();
        Assert.That(await attached.Task.WaitAsync(Patience), Does.Contain("attached"), "strace could not attach");
        return strace;
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        Assert.That(process.WaitForExit(Patience), Is.True, $"{command} did not end");
        Assert.That(process.ExitCode, Is.Zero, $"{command} {string.Join(' ', arguments)} failed");
    }
}
