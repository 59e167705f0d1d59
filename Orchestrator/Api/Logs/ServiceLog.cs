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

    private readonly Channel<LogLine> lines = Channel.CreateBounded<LogLine>(
        new BoundedChannelOptions(Buffered) { SingleReader = true });

    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    public async IAsyncEnumerable<LogLine> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        if (!options.Follow)
        {
            await foreach (var line in manager.Logs.ReadAsync(NewTasks(manager.Store.Current), options, ct))
                yield return line;
            yield break;
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var readers = FollowAsync(stop.Token);
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(ct))
                yield return line;
        }
        finally
        {
            await stop.CancelAsync();
            await readers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Owns all readers; completes the channel when the last of them has ended.</summary>
    private async Task FollowAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var readers = new List<Task>();
        Exception? failure = null;
        try
        {
            await StartReadersAsync(readers, stop.Token);
            await Task.WhenAll(readers);
        }
        catch (Exception e)
        {
            failure = e;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(readers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lines.Writer.Complete(failure);
        }
    }

    private async Task StartReadersAsync(List<Task> readers, CancellationToken ct)
    {
        var first = manager.Store.Current;
        readers.Add(PumpAsync(NewTasks(first), options, ct));
        var fromStart = options with { Tail = -1, Since = null };
        await foreach (var change in manager.Store.WatchAsync(first.Index, ct))
        {
            if (NewTasks(change.Snapshot) is { Count: > 0 } tasks)
                readers.Add(PumpAsync(tasks, fromStart, ct));
            readers.RemoveAll(reader => reader.IsCompletedSuccessfully);
            if (readers.FirstOrDefault(reader => reader.IsFaulted) is { } broken)
                await broken;
            if (change.Snapshot.Service(service) is null)
                return;
        }
    }

    private async Task PumpAsync(IReadOnlyList<ServiceTask> tasks, LogOptions part, CancellationToken ct)
    {
        if (tasks.Count == 0)
            return;
        await foreach (var line in manager.Logs.ReadAsync(tasks, part, ct))
            await lines.Writer.WriteAsync(line, ct);
    }

    /// <summary>Tasks not read yet that have, or had, something that can write lines.</summary>
    private IReadOnlyList<ServiceTask> NewTasks(StateSnapshot state) =>
        [.. state.TasksOf(service).Values.Where(task => LogRules.HasLog(task) && known.Add(task.Key))];
}

internal static class LogRules
{
    public static bool HasLog(ServiceTask task) =>
        task.NodeId is not null && task.Status.State >= TaskState.Starting && task.Status.State != TaskState.Rejected;
}
