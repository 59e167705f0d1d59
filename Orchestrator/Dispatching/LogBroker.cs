using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Orchestrator.Model;

namespace Orchestrator.Dispatching;

/// <summary>Reads logs of tasks wherever they run: asks the agents, and merges the streams that they open.</summary>
public sealed class LogBroker
{
    /// <summary>Lines on their way to a slow reader; then the agents wait.</summary>
    private const int LinesAhead = 256;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, OpenPart> _parts = new(StringComparer.Ordinal);
    private readonly DispatchingEnvironment _environment;
    private readonly SessionTable _sessions;

    internal LogBroker(DispatchingEnvironment environment, SessionTable sessions)
    {
        _environment = environment;
        _sessions = sessions;
    }

    /// <summary>Streams that agents may open now.</summary>
    internal int OpenParts => _parts.Count;

    /// <summary>
    /// The lines of the tasks, as they come. What is missing is said by a line of <see cref="LogStream.System"/>.
    /// Ends when every node has sent everything; leaving early tells the agents to stop.
    /// </summary>
    /// <param name="tasks">the tasks by the node they run on</param>
    public async IAsyncEnumerable<LogLine> ReadAsync(
        ILookup<NodeId, TaskId> tasks, LogOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var lines = Channel.CreateBounded<LogLine>(LinesAhead);
        var reading = ReadPartsAsync(tasks, options, lines.Writer, life.Token);
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(ct))
                yield return line;
        }
        finally
        {
            await life.CancelAsync();
            await reading;
        }
    }

    /// <summary>Serves the stream that an agent opens for a request.</summary>
    /// <returns>false when there is no such request of this node (any more)</returns>
    /// <exception cref="InvalidDataException">the stream is malformed</exception>
    internal async Task<bool> TryReceiveAsync(string requestId, NodeId node, Stream input, CancellationToken ct)
    {
        if (!_parts.TryGetValue(requestId, out var open) || open.Part.Node != node)
            return false;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, open.Life);
        return await open.Part.TryReceiveAsync(input, either.Token);
    }

    private async Task ReadPartsAsync(
        ILookup<NodeId, TaskId> tasks, LogOptions options, ChannelWriter<LogLine> lines, CancellationToken life)
    {
        try
        {
            await Task.WhenAll(tasks.Select(
                group => ReadPartAsync(new LogPart(group.Key, [.. group], lines), options, lines, life)));
        }
        catch (OperationCanceledException) when (life.IsCancellationRequested)
        {
            // The reader has gone.
        }
        finally
        {
            lines.Complete();
        }
    }

    private async Task ReadPartAsync(
        LogPart part, LogOptions options, ChannelWriter<LogLine> lines, CancellationToken life)
    {
        var id = _environment.Ids.Next();
        _parts[id] = new OpenPart(part, life);
        try
        {
            var missing = await AskAsync(id, part, options, life);
            if (missing.Length > 0)
                await lines.WriteAsync(LogNotice.Of(part.Tasks[0], missing, _environment.Now), life);
        }
        finally
        {
            _parts.TryRemove(id, out _);
            if (!part.IsComplete)
                _sessions.Find(part.Node)?.TrySend(new LogCancel { RequestId = id });
        }
    }

    /// <returns>what went wrong; empty when the agent has sent everything</returns>
    private async Task<string> AskAsync(string id, LogPart part, LogOptions options, CancellationToken life)
    {
        var session = _sessions.Find(part.Node);
        var request = new LogRequest { RequestId = id, Tasks = part.Tasks, Options = options };
        if (session is null || !session.TrySend(request))
            return $"node {part.Node} is not available";
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(life);
        var first = await Task.WhenAny(
            part.Opened, session.Closed, Task.Delay(AnswerTimeout, _environment.Time, answered.Token));
        await answered.CancelAsync();
        life.ThrowIfCancellationRequested();
        if (!part.Opened.IsCompleted)
            return first == session.Closed ? $"node {part.Node} is not available" : $"node {part.Node} does not answer";
        return await part.Done.WaitAsync(life) ? "" : $"the log from node {part.Node} has broken off";
    }

    private readonly record struct OpenPart(LogPart Part, CancellationToken Life);
}
