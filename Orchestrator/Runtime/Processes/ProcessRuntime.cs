using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// The runtime of a host without Docker: a task is a process group of its own under a <see cref="Shim"/>. All memory is
/// in the tasks' directories; this object may be dropped and made anew at any moment.
/// </summary>
public sealed partial class ProcessRuntime : IContainerRuntime
{
    private readonly ProcessRuntimeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly TaskStates _states;
    private readonly TaskEnding _ending;
    private readonly ChangeFeed _feed;
    private readonly HealthMonitor _health;
    private readonly ShimLauncher _launcher;
    private readonly Lazy<CgroupHost> _cgroups = new(() => CgroupHost.Detect());
    private readonly TaskGates _gates = new();
    private readonly SemaphoreSlim _planning = new(1);
    private int _warned;

    public ProcessRuntime(ProcessRuntimeOptions options, TimeProvider time, ILogger log)
    {
        (_options, _time, _log) = (options, time, log);
        _states = new TaskStates(options);
        _ending = new TaskEnding(_states, time);
        _feed = new ChangeFeed(options.Root, time);
        _health = new HealthMonitor(_feed, time);
        _launcher = new ShimLauncher(options, time);
    }

    public string Kind => "process";

    public Task<NodeDescription> DescribeAsync(CancellationToken ct) => Task.FromResult(HostFacts.Describe());

    public async Task<string> PrepareAsync(RuntimeTask task, CancellationToken ct)
    {
        Invariant.Require(task.ClusterId == _options.ClusterId, "tasks come from this node's cluster");
        var id = task.TaskId.Value;

        // One at a time: two tasks must not be promised the same port.
        await _planning.WaitAsync(ct);
        try
        {
            if (_states.Plan(id) is not null)
                return id;
            Warn(task.Limits);
            var ports = HostPorts.Assign(task.HostPorts, PortsInUse());
            var plan = new TaskPlanner(_options, _cgroups.Value, new HostAccounts()).Plan(task, ports);
            var directory = _states.At(id);
            Directory.CreateDirectory(
                directory.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.CreateDirectory(TaskDirectory.MarkDirectory(_options.Root));
            plan.Save(directory.SpecFile);
            return id;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RuntimeException(RuntimeFailure.Unavailable, $"cannot keep task {id}: {e.Message}", e);
        }
        finally
        {
            _planning.Release();
        }
    }

    public async Task StartAsync(string containerId, CancellationToken ct)
    {
        using var gate = await _gates.EnterAsync(containerId, ct);
        var plan = _states.Require(containerId);
        var seen = _states.Observe(plan);
        if (seen.State == ContainerState.Created)
        {
            var complaint = await _launcher.LaunchAsync(_states.At(containerId), ct);
            seen = _states.Observe(plan);
            if (seen.State == ContainerState.Created)
                throw new RuntimeException(RuntimeFailure.Unavailable,
                    $"the supervisor of the task did not start: {complaint}");
            Started(containerId, seen.Pid);
        }

        if (seen is { State: ContainerState.Exited, StartedAt: null, Error.Length: > 0 })
            throw new RuntimeException(RuntimeFailure.Rejected, seen.Error);
        _health.Complete(plan, seen);
    }

    public async Task StopAsync(string containerId, TimeSpan grace, CancellationToken ct)
    {
        // A start under way comes first; the grace period itself holds up nobody.
        (await _gates.EnterAsync(containerId, ct)).Dispose();
        if (_states.Plan(containerId) is { } plan)
            await _ending.StopAsync(plan, grace, ct);
    }

    public async Task RemoveAsync(string containerId, CancellationToken ct)
    {
        using var gate = await _gates.EnterAsync(containerId, ct);
        if (_states.Plan(containerId) is not { } plan)
            return;
        await _health.RemoveAsync(containerId);
        await _ending.StopAsync(plan with { StopSignal = Native.SigKill }, TimeSpan.Zero, ct);
        TaskEnding.KillLeftovers(plan);
        var directory = _states.At(containerId);
        try
        {
            // First what makes it a task: a removal that is cut short leaves nothing that could be taken for one.
            File.Delete(directory.SpecFile);
            Directory.Delete(directory.Path, recursive: true);
            File.Delete(directory.MarkFile);
        }
        catch (IOException e)
        {
            throw new RuntimeException(RuntimeFailure.Unavailable, $"cannot remove {directory.Path}: {e.Message}", e);
        }
    }

    public Task<ContainerObservation?> InspectAsync(string containerId, CancellationToken ct) =>
        Task.FromResult(_states.Plan(containerId) is { } plan ? Observe(plan) : null);

    public Task<IReadOnlyList<ContainerObservation>> ListAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<ContainerObservation>>([.. _states.All().Select(Observe)]);

    public async IAsyncEnumerable<RuntimeEvent> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var sweep = new TaskSweep(_states, Observe);
        await foreach (var change in _feed.WatchAsync(_options.SweepPeriod, sweep.Changed, ct))
            yield return change;
    }

    public IAsyncEnumerable<LogLine> LogsAsync(ContainerObservation container, LogOptions options, CancellationToken ct)
    {
        var directory = _states.At(container.ContainerId);
        return new LogReader(directory, HasEnded, _time).ReadAsync(options, ct);

        bool HasEnded() =>
            _states.Plan(container.ContainerId) is not { } plan || _states.Observe(plan).State == ContainerState.Exited;
    }

    public Task<ContainerStats> StatsAsync(string containerId, CancellationToken ct)
    {
        var plan = _states.Require(containerId);
        var run = RunRecord.Load(_states.At(containerId).RunFile);
        return Task.FromResult(TaskUsage.Read(plan, run));
    }

    /// <summary>The tasks go on; only the health checks end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _health.DisposeAsync();
        _planning.Dispose();
    }

    private ContainerObservation Observe(TaskPlan plan) => _health.Complete(plan, _states.Observe(plan));

    private List<PortConfig> PortsInUse() =>
        [.. _states.All().Where(plan => _states.Observe(plan).State != ContainerState.Exited)
            .SelectMany(plan => plan.Ports)];

    private void Warn(ResourceLimits limits)
    {
        var unenforced = string.Join(", ", _cgroups.Value.Unenforced(limits));
        if (unenforced.Length > 0 && Interlocked.Exchange(ref _warned, 1) == 0)
            Unenforced(unenforced);
    }

    [LoggerMessage(LogLevel.Information, "Started task {TaskId} as process {Pid}")]
    private partial void Started(string taskId, int pid);

    [LoggerMessage(LogLevel.Warning,
        "Tasks run without their {Limits} limits: this host's control groups cannot be written (said once)")]
    private partial void Unenforced(string limits);
}
