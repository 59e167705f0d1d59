using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Logs;

/// <summary>
/// The lines of a service. While they are followed, tasks that start later are read too, from their first line on;
/// it ends when the service is removed and its tasks have said everything.
/// </summary>
internal sealed class ServiceLog(ManagerServices manager, ServiceId service, LogOptions options)
{
    private const int Buffered = 256;

    private readonly Channel<LogLine> _lines = Channel.CreateBounded<LogLine>(
        new BoundedChannelOptions(Buffered) { SingleReader = true });

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public async IAsyncEnumerable<LogLine> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        if (!options.Follow)
        {
            await foreach (var line in manager.Logs.ReadAsync(All(), options, ct))
                yield return line;
            yield break;
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var readers = FollowAsync(stop);
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync(ct))
                yield return line;
            await readers;
        }
        finally
        {
            await stop.CancelAsync();
            await readers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private IReadOnlyList<ServiceTask> All() => New(manager.Store.Current.TasksOf(service).Values);

    /// <summary>Owns all readers; completes the channel when the last of them has ended.</summary>
    private async Task FollowAsync(CancellationTokenSource stop)
    {
        var readers = new List<Task>();
        try
        {
            await StartReadersAsync(readers, stop);
        }
        catch (OperationCanceledException)
        {
            // The client is gone, or a reader failed: that one says why, below.
        }
        finally
        {
            await Task.WhenAll(readers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _lines.Writer.Complete();
        }
        await Task.WhenAll(readers);
    }

    private async Task StartReadersAsync(List<Task> readers, CancellationTokenSource stop)
    {
        var first = manager.Store.Current;
        readers.Add(PumpAsync(New(first.TasksOf(service).Values), options, stop));
        var fromStart = options with { Tail = -1, Since = null };
        await foreach (var change in manager.Store.WatchAsync(first.Index, stop.Token))
        {
            if (New(Changed(change)) is { Count: > 0 } tasks)
                readers.Add(PumpAsync(tasks, fromStart, stop));
            readers.RemoveAll(reader => reader.IsCompletedSuccessfully);
            if (change.Snapshot.Service(service) is null)
                return;
        }
    }

    /// <summary>One reader that fails ends them all: a log with a silent hole is worse than none.</summary>
    private async Task PumpAsync(IReadOnlyList<ServiceTask> tasks, LogOptions part, CancellationTokenSource stop)
    {
        var completed = false;
        try
        {
            if (tasks.Count > 0)
                await foreach (var line in manager.Logs.ReadAsync(tasks, part, stop.Token))
                    await _lines.Writer.WriteAsync(line, stop.Token);
            completed = true;
        }
        finally
        {
            if (!completed)
                await stop.CancelAsync();
        }
    }

    private IEnumerable<ServiceTask> Changed(StateChange change) => change.Keys is { } keys
        ? keys.Where(key => key.Table == Table.Tasks)
            .Select(key => change.Snapshot.Task(TaskId.From(key.Key)))
            .OfType<ServiceTask>()
            .Where(task => task.ServiceId == service)
        : change.Snapshot.TasksOf(service).Values;

    /// <summary>Those not read yet that have, or had, something that can write lines.</summary>
    private IReadOnlyList<ServiceTask> New(IEnumerable<ServiceTask> tasks) =>
        [.. tasks.Where(task => HasLog(task) && _known.Add(task.Key))];

    private static bool HasLog(ServiceTask task) =>
        task.NodeId is not null && task.Status.State >= TaskState.Starting && task.Status.State != TaskState.Rejected;
}
