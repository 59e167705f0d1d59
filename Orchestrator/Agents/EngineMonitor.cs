using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Runtime;
using Orchestrator.Serialization;

namespace Orchestrator.Agents;

/// <summary>Asks the runtime to describe itself: an engine that is stopped, hangs or restarts marks the node.</summary>
internal sealed partial class EngineMonitor(AgentContext agent, EngineEvents events)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    /// <summary>How often a runtime that does not answer is asked again.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly ILogger _log = agent.Loggers.CreateLogger<EngineMonitor>();
    private readonly Signal _suspected = new(agent.Clock);
    private bool _hasAsked;
    private NodeDescription _current = WithHost(
        new NodeDescription { Runtime = agent.Runtime.Kind, RuntimeError = "the runtime has not answered yet" },
        agent.Options);

    public NodeDescription Current => Volatile.Read(ref _current);

    /// <summary>A call to the runtime was not answered: ask now.</summary>
    public void Suspect()
    {
        if (Current.RuntimeError.Length == 0)
            _suspected.Set();
    }

    /// <summary>Asks once; the answer, or why there is none, is <see cref="Current"/>.</summary>
    public async Task AskAsync(TimeSpan limit, CancellationToken ct)
    {
        var before = Current;
        var after = await DescribeAsync(before, limit, ct);
        var isFirst = !_hasAsked;
        _hasAsked = true;
        if (Same(before, after))
            return;
        Volatile.Write(ref _current, after);
        events.Changed();
        if (after.RuntimeError.Length > 0)
            LogLost(after.RuntimeError);
        else if (before.RuntimeError.Length > 0)
            LogAnswers(after.EngineVersion);
        if (!isFirst && after.RuntimeError.Length == 0 && before.RuntimeError.Length > 0)
            events.Recovered();
    }

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            var pause = Current.RuntimeError.Length > 0 ? RetryInterval : agent.Options.DescribeInterval;
            await _suspected.WaitAsync(pause, ct);
            await AskAsync(AnswerLimit, ct);
        }
    }

    private async Task<NodeDescription> DescribeAsync(NodeDescription before, TimeSpan limit, CancellationToken ct)
    {
        try
        {
            var told = await Timed.RunAsync(agent.Runtime.DescribeAsync, limit, agent.Clock, ct);
            return WithHost(told, agent.Options) with { Resources = WithGeneric(told.Resources, agent.Options) };
        }
        catch (RuntimeException e)
        {
            return before with { RuntimeError = e.Message };
        }
    }

    private static NodeDescription WithHost(NodeDescription told, AgentOptions options) => told with
    {
        Hostname = options.Hostname,
        EngineLabels = told.EngineLabels.SetItems(options.EngineLabels.RemoveRange(DerivedLabels.All)),
        DaemonVersion = options.DaemonVersion,
        Reserved = options.Reserved,
    };

    private static NodeResources WithGeneric(NodeResources told, AgentOptions options) =>
        told with { Generic = [.. told.Generic.Union(options.GenericResources)] };

    private static bool Same(NodeDescription one, NodeDescription other) =>
        MessagePackSerializer.Serialize(one).AsSpan().SequenceEqual(MessagePackSerializer.Serialize(other));

    [LoggerMessage(Level = LogLevel.Warning, Message = "the runtime starts no tasks now: {Error}")]
    private partial void LogLost(string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "the runtime answers, version {Version}")]
    private partial void LogAnswers(string version);
}

/// <summary>Whom the monitor tells.</summary>
internal sealed record EngineEvents
{
    /// <summary>The description is another one.</summary>
    public required Action Changed { get; init; }

    /// <summary>The runtime answers again, after it did not.</summary>
    public required Action Recovered { get; init; }
}
