using Microsoft.Extensions.Logging;
using Orchestrator.Agents.Joining;
using Orchestrator.Agents.Sessions;
using Orchestrator.Model;
using Orchestrator.Runtime;

namespace Orchestrator.Agents;

/// <summary>
/// The part of the daemon that runs tasks on this host, as the managers want it. Ending it, in whatever way, ends
/// no task:
/// the next one takes them up again.
/// </summary>
public sealed partial class Agent : IDisposable
{
    /// <summary>A runtime that hangs does not keep the node from greeting its managers.</summary>
    private static readonly TimeSpan FirstAnswer = TimeSpan.FromSeconds(3);

    private readonly ContainerDirectory _directory;
    private readonly AgentContext _context;
    private readonly EngineMonitor _monitor;
    private readonly RuntimeCalls _calls;
    private readonly Worker _worker;
    private readonly AgentStateFile _file;
    private readonly ManagerRoster _roster;
    private readonly SessionLoop _sessions;
    private readonly CertificateRenewal _renewal;
    private readonly ILogger _log;

    public Agent(AgentContext context)
    {
        _context = context;
        _log = context.Loggers.CreateLogger<Agent>();
        var outbox = new StatusOutbox(context.Clock);
        _directory = new ContainerDirectory(context.Runtime, context.Clock);
        _monitor = new EngineMonitor(
            context, new EngineEvents { Changed = () => _sessions!.Wake(), Recovered = () => _worker!.Recover() });
        _calls = new RuntimeCalls(context, _directory, () => _monitor.Current);
        var runners = new RunnerTable(context, _calls, new TaskRunnerEvents
        {
            Changed = () => _file!.Changed(),
            StatusChanged = outbox.Put,
            CallFailed = CallFailed,
        });
        _worker = new Worker(context, runners, outbox, _directory);
        _roster = new ManagerRoster(context.Options.Managers, context.Options.HeardManagers);
        _file = new AgentStateFile(
            context, () => new AgentState { Tasks = runners.Records(), Session = _roster.Settings });
        var parts = new SessionParts(_worker, outbox, _monitor, _roster) { SettingsChanged = TakeSettings };
        _sessions = new SessionLoop(context, parts, runners);
        _renewal = new CertificateRenewal(context, _roster, Renewed);
        outbox.Ready = _sessions.Wake;
    }

    /// <summary>
    /// As the runtime last described itself; its <see cref="NodeDescription.RuntimeError"/> says what is wrong.
    /// </summary>
    public NodeDescription Description => _monitor.Current;

    /// <summary><c>ip:port</c> of the managers that are known here, the best one first.</summary>
    public ImmutableArray<string> Managers => _roster.Known;

    /// <summary>What the managers want this node to be, as last heard; null when they never said.</summary>
    public NodeRole? WantedRole => _roster.Settings.Role;

    /// <summary>Until cancelled. A failure in one part ends all, with that failure.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var state = _file.Load();
        _roster.Learn(state.Session);
        await Task.WhenAll(_worker.RestoreAsync(state.Tasks, ct), _monitor.AskAsync(FirstAnswer, ct));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] parts =
        [
            _worker.RunAsync(stop.Token), _monitor.RunAsync(stop.Token), _file.RunAsync(stop.Token),
            _renewal.RunAsync(stop.Token), _sessions.RunAsync(stop.Token),
        ];
        await EndTogetherAsync(parts, stop);
        ct.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Stops and removes every task of this cluster, as when the node leaves. <see cref="RunAsync"/> must be running.
    /// The session ends first, and there is none until <see cref="ResumeSessions"/>: it would bring the tasks back.
    /// </summary>
    /// <exception cref="RuntimeException">the runtime does not answer</exception>
    public async Task StopAllTasksAsync(CancellationToken ct)
    {
        try
        {
            await _sessions.HoldAsync(ct);
        }
        catch (OperationCanceledException)
        {
            LogSessionStays();
            throw;
        }
        await _worker.StopAllAsync(ct);
    }

    /// <summary>The node stays after all: the managers say again what it should run.</summary>
    public void ResumeSessions() => _sessions.Resume();

    public void Dispose()
    {
        _worker.Dispose();
        _calls.Dispose();
        _directory.Dispose();
        _sessions.Dispose();
    }

    /// <summary>
    /// The session may end by itself, when the node was removed; any other part that ends has failed.
    /// </summary>
    private static async Task EndTogetherAsync(Task[] parts, CancellationTokenSource stop)
    {
        var open = parts.ToList();
        while (open.Count > 0)
        {
            var ended = await Task.WhenAny(open);
            open.Remove(ended);
            if (!ended.IsCompletedSuccessfully)
                await stop.CancelAsync();
        }
        foreach (var failed in parts.Where(part => part.IsFaulted))
            await failed;
    }

    private void Renewed()
    {
        _sessions.Reconnect();
        _context.Options.IdentityChanged();
    }

    private void TakeSettings()
    {
        _file.Changed();
        _renewal.Look();
    }

    private void CallFailed(TaskId task, Step.Call call, RuntimeException error)
    {
        LogCallFailed(task.Value, call.GetType().Name, error.Message);
        if (error.Failure == RuntimeFailure.Unavailable)
            _monitor.Suspect();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the session with the managers has not ended in time")]
    private partial void LogSessionStays();

    [LoggerMessage(Level = LogLevel.Information, Message = "task {Task}: {Call} failed: {Error}")]
    private partial void LogCallFailed(string task, string call, string error);
}
