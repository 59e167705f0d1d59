using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Tests.Consensus;

/// <summary>A group of one that runs, with its loop awaited at the end.</summary>
internal sealed class NodeBench : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = new();

    private NodeBench(RaftNode node, RecordingMachine machine)
    {
        Node = node;
        Machine = machine;
        Loop = node.RunAsync(_stop.Token);
    }

    public RaftNode Node { get; }

    public RecordingMachine Machine { get; }

    public Task Loop { get; }

    public static RaftNodeOptions Options(TemporaryDirectory directory) =>
        new() { Directory = directory.Child("log"), Node = "m1" };

    public static NodeBench Start(RaftNodeOptions options, ILogDisk? disk = null, RecordingMachine? machine = null)
    {
        machine ??= new RecordingMachine();
        var around = new NodeSurroundings(machine, NullLogger.Instance, TimeProvider.System)
        {
            Disk = disk ?? new PosixDisk(),
        };
        return new NodeBench(RaftNode.Open(options, around), machine);
    }

    /// <summary>With all that was committed before applied.</summary>
    public static async Task<NodeBench> StartAsync(
        RaftNodeOptions options, ILogDisk? disk = null, RecordingMachine? machine = null)
    {
        var bench = Start(options, disk, machine);
        try
        {
            await bench.BarrierAsync();
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    public Task<Applied> ProposeAsync(string command, CancellationToken ct = default) =>
        Node.ProposeAsync(Encoding.UTF8.GetBytes(command), ct).AsTask().WaitAsync(Patience, CancellationToken.None);

    public Task BarrierAsync() =>
        Node.ReadBarrierAsync(default).AsTask().WaitAsync(Patience, CancellationToken.None);

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
