using System.Threading.Channels;
using Orchestrator.Model;
using Orchestrator.Tests.Dispatching;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>
/// An agent without a runtime, over a connection with TLS of its own: it says of each task at once that it runs. As a real
/// one it sends heartbeats, and has one report under way while the next one gathers; states that a task only passes through
/// are not told.
/// </summary>
internal sealed class SimulatedAgent : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<AgentMessage> _said = Channel.CreateBounded<AgentMessage>(4);
    private readonly ScriptedAgent _session;
    private readonly Task _loops;

    private SimulatedAgent(ScriptedAgent session)
    {
        _session = session;
        Ended = ListenAsync(_stop.Token);
        _loops = Task.WhenAll(Ended, SpeakAsync(_stop.Token), BeatAsync(_stop.Token));
    }

    /// <summary>Unlike a real one it opens no other session when the manager has ended this one.</summary>
    public Task Ended { get; }

    /// <summary>Completes when the manager has sent the first set of tasks: the node is ready.</summary>
    public static async Task<SimulatedAgent> ConnectAsync(
        HttpClient client, NodeDescription description, CancellationToken ct)
    {
        var session = await ScriptedAgent.OpenAsync(client, ct);
        await session.SayAsync(new AgentHello { Description = description }, ct);
        await session.ReceiveAsync<AssignmentSet>(ct);
        return new SimulatedAgent(session);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _session.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        var waiting = new List<TaskStatusUpdate>();
        var (sent, received) = (0ul, 0ul);
        while (true)
        {
            switch (await _session.ReceiveAsync<ManagerMessage>(ct))
            {
                case AssignmentSet set:
                    waiting.AddRange(set.Put.Select(Run));
                    break;
                case StatusReceipt receipt:
                    received = receipt.Number;
                    break;
            }
            if (received < sent || waiting.Count == 0)
                continue;
            await _said.Writer.WriteAsync(new AgentStatusReport { Number = ++sent, Updates = [.. waiting] }, ct);
            waiting.Clear();
        }
    }

    private async Task SpeakAsync(CancellationToken ct)
    {
        await foreach (var message in _said.Reader.ReadAllAsync(ct))
            await _session.SayAsync(message, ct);
    }

    private async Task BeatAsync(CancellationToken ct)
    {
        using var beat = new PeriodicTimer(_session.Settings.HeartbeatPeriod);
        while (await beat.WaitForNextTickAsync(ct))
            await _said.Writer.WriteAsync(new AgentHeartbeat(), ct);
    }

    private static TaskStatusUpdate Run(Assignment task, int at) => new()
    {
        TaskId = task.TaskId,
        Status = new Orchestrator.Model.TaskStatus
        {
            State = TaskState.Running,
            Timestamp = TimeProvider.System.GetUtcNow(),
            Message = "started",
            Container = new ContainerStatus { ContainerId = $"{task.TaskId}{task.TaskId}", Pid = 1 + at },
        },
    };
}
