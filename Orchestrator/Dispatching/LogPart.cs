using System.Threading.Channels;
using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Dispatching;

/// <summary>The share of one node in a reading of logs: one stream that its agent opens.</summary>
/// <param name="tasks">the agent may send lines of these only</param>
/// <param name="lines">where the streams of all nodes meet</param>
internal sealed class LogPart(NodeId node, ImmutableArray<TaskId> tasks, ChannelWriter<LogLine> lines)
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<TaskId> _allowed = [.. tasks];

    public NodeId Node { get; } = node;

    public ImmutableArray<TaskId> Tasks { get; } = tasks;

    public Task Opened => _opened.Task;

    /// <summary>Ends with the stream: true when the agent has sent everything, false when it broke off.</summary>
    public Task<bool> Done => _done.Task;

    public bool IsComplete { get; private set; }

    /// <summary>Takes the agent's stream; waits with it when the reader is slow. Only one stream is taken.</summary>
    /// <exception cref="InvalidDataException">a malformed frame, or a line of another task</exception>
    public async Task<bool> TryReceiveAsync(Stream input, CancellationToken ct)
    {
        if (!_opened.TrySetResult())
            return false;
        try
        {
            while (await FrameStream.ReadFrameAsync<LogMessage>(input, FrameLimits.Log, ct) is { } message)
            {
                if (message is LogLine line)
                    await TakeAsync(line, ct);
                IsComplete = message is LogEnd;
            }
        }
        finally
        {
            _done.TrySetResult(IsComplete);
        }
        return true;
    }

    private ValueTask TakeAsync(LogLine line, CancellationToken ct) => _allowed.Contains(line.TaskId)
        ? lines.WriteAsync(line, ct)
        : throw new InvalidDataException($"the agent sent a log line of task {line.TaskId} unasked");
}
