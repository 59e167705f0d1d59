using System.Runtime.CompilerServices;
using Orchestrator.Model;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// Reads the log of one task while its shim writes and rotates it. Holds one file open while it is enumerated, none
/// after.
/// </summary>
/// <param name="hasEnded">asked before the last look at the files, so that nothing written before the end is
/// missed</param>
internal sealed class LogReader(TaskDirectory directory, Func<bool> hasEnded, TimeProvider time)
{
    /// <summary>
    /// A follower looks this often. Inotify would cost one of the 128 instances that a user may have for each follower;
    /// a look costs one system call.
    /// </summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    internal async IAsyncEnumerable<LogLine> ReadAsync(LogOptions options,
        [EnumeratorCancellation] CancellationToken ct)
    {
        var task = new TaskId(directory.TaskId);
        var skip = options.Tail < 0 ? 0 : await CountAsync(options, ct) - options.Tail;
        await using var cursor = new LogCursor(directory);
        while (true)
        {
            var ended = !options.Follow || hasEnded();
            while (await cursor.NextAsync(ct) is { } bytes)
                if (Wanted(LogEntry.Parse(task, bytes.Span), options) is { } line && --skip < 0)
                    yield return line;
            if (ended)
                yield break;
            await Task.Delay(Glance, time, ct);
        }
    }

    /// <summary>
    /// Reading twice costs little, because logs are bounded; keeping the last N lines would cost memory that readers
    /// choose.
    /// </summary>
    private async Task<long> CountAsync(LogOptions options, CancellationToken ct)
    {
        await using var cursor = new LogCursor(directory);
        var count = 0L;
        while (await cursor.NextAsync(ct) is { } bytes)
            if (Wanted(LogEntry.Parse(default, bytes.Span), options) is not null)
                count++;
        return count;
    }

    private static LogLine? Wanted(LogLine? line, LogOptions options) => line is null || line.Timestamp < options.Since
        ? null
        : line.Stream switch
        {
            LogStream.Stdout => options.Stdout ? line : null,
            LogStream.Stderr => options.Stderr ? line : null,
            LogStream.System => line,
        };
}
