using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Tests.Consensus;

/// <summary>A node that runs, with its loop awaited at the end.</summary>
internal sealed class NodeBench : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();

    private NodeBench(SingleNode node, RecordingMachine machine)
    {
        Node = node;
        Machine = machine;
        Loop = node.RunAsync(_stop.Token);
    }

    public SingleNode Node { get; }

    public RecordingMachine Machine { get; }

    public Task Loop { get; }

    public static SingleNodeOptions Options(TemporaryDirectory directory) =>
        new() { Directory = directory.Child("log"), Member = "m1" };

    public static NodeBench Start(SingleNodeOptions options, ILogDisk? disk = null, RecordingMachine? machine = null)
    {
        machine ??= new RecordingMachine();
        var around = new NodeSurroundings(machine, NullLogger.Instance, TimeProvider.System);
        return new NodeBench(SingleNode.Open(options, disk ?? new PosixDisk(), around), machine);
    }

    public Task<Applied> ProposeAsync(string command, CancellationToken ct = default) =>
        Node.ProposeAsync(Encoding.UTF8.GetBytes(command), ct).AsTask().WaitAsync(Patience, CancellationToken.None);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Loop.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Loop.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Node.DisposeAsync();
        _stop.Dispose();
    }
}
