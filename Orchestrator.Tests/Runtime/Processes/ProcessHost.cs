using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Runtime.Processes;

namespace Orchestrator.Tests.Runtime.Processes;

/// <summary>
/// A data directory of its own with a process runtime on it, and everything that ran there removed at the end.
/// </summary>
internal sealed class ProcessHost : IAsyncDisposable
{
    internal static readonly ClusterId Cluster = new("testcluster");
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _dataDir = Directory.CreateTempSubdirectory("swarmnet-test-").FullName;

    internal ProcessHost() => Runtime = Another();

    internal ProcessRuntime Runtime { get; }

    internal string DataDir => _dataDir;

    internal static string SelfPath => Path.Combine(TestContext.CurrentContext.TestDirectory, "swarmnet");

    /// <summary>What a restarted daemon would have.</summary>
    internal ProcessRuntime Another() => new(
        new ProcessRuntimeOptions(_dataDir, Cluster, SelfPath) { SweepPeriod = TimeSpan.FromMilliseconds(250) },
        TimeProvider.System,
        NullLogger.Instance);

    internal string PathOf(string id, string file) => Path.Combine(_dataDir, "processes", id, file);

    /// <summary>A task that runs this line in a shell.</summary>
    internal static RuntimeTask Shell(string line) => Container(new ContainerSpec
    {
        Image = "any", Command = ["/bin/sh", "-c", line],
    });

    internal static RuntimeTask Container(ContainerSpec spec)
    {
        var id = "test" + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal);
        return new RuntimeTask(new TaskId(id), Cluster, new NodeId("n"), new ServiceId("s"),
            "web", $"web.1.{id}", spec);
    }

    internal async Task<string> StartAsync(RuntimeTask task)
    {
        var id = await Runtime.PrepareAsync(task, default);
        await Runtime.StartAsync(id, default);
        return id;
    }

    internal Task<ContainerObservation> RunAsync(string line) => RunAsync(Shell(line));

    internal async Task<ContainerObservation> RunAsync(RuntimeTask task) =>
        await AwaitAsync(Runtime, await StartAsync(task), seen => seen.State == ContainerState.Exited, "its end");

    internal static async Task<ContainerObservation> AwaitAsync(
        ProcessRuntime runtime, string id, Func<ContainerObservation, bool> isSo, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        ContainerObservation? last = null;
        try
        {
            await foreach (var change in runtime.WatchAsync(patience.Token))
            {
                if (change.ContainerId is not null && change.ContainerId != id)
                    continue;
                last = await runtime.InspectAsync(id, patience.Token);
                if (last is not null && isSo(last))
                    return last;
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"waited {Patience} for {what}; last seen: {last}");
        }

        throw new AssertionException("the watch ended by itself");
    }

    internal async Task<string> LogAsync(string id, LogOptions? options = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        var container = new ContainerObservation(id, new TaskId(id), ContainerState.Running);
        options ??= new LogOptions { Follow = true };
        await foreach (var line in Runtime.LogsAsync(container, options, patience.Token))
            text.Append(Encoding.UTF8.GetString(line.Text.Span));
        return text.ToString();
    }

    /// <summary>The first whole line that it prints.</summary>
    internal async Task<string> FirstLineAsync(string id)
    {
        using var patience = new CancellationTokenSource(Patience);
        var container = new ContainerObservation(id, new TaskId(id), ContainerState.Running);
        await foreach (var line in Runtime.LogsAsync(container, new LogOptions { Follow = true }, patience.Token))
            return Encoding.UTF8.GetString(line.Text.Span).TrimEnd('\n');
        throw new AssertionException("it printed nothing");
    }

    internal static bool Lives(int pid) => ProcFiles.Read(pid) is { State: not ('Z' or 'X') };

    public async ValueTask DisposeAsync()
    {
        await using (var last = Another())
            foreach (var seen in await last.ListAsync(default))
                await last.RemoveAsync(seen.ContainerId, default);
        await Runtime.DisposeAsync();
        Directory.Delete(_dataDir, recursive: true);
    }
}
