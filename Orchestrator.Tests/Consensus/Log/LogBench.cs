using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Security;

namespace Orchestrator.Tests.Consensus.Log;

/// <summary>A log in a temporary directory, and what was read from it.</summary>
internal sealed class LogBench : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public string Path => _directory.Path;

    public long SegmentBytes { get; init; } = 16 * 1024 * 1024;

    public long ReserveBytes { get; init; } = 600;

    public ILogDisk Disk { get; init; } = new PosixDisk();

    /// <summary>Read anew each time, as a start does.</summary>
    public LogHome Home => new()
    {
        Directory = Path,
        Disk = Disk,
        Keys = LogKeys.Open(Path, Disk, AtRestCipher.SecureRandom, mayCreate: true),
        Logger = NullLogger.Instance,
        SegmentBytes = SegmentBytes,
        ReserveBytes = ReserveBytes,
    };

    public List<LogEntry> Replayed { get; } = [];

    public IEnumerable<string> Texts => Replayed.Select(entry => Encoding.UTF8.GetString(entry.Payload.Span));

    public static LogEntry Entry(ulong index, string text, ulong term = 1) =>
        new(index, term, EntryKind.Command, Encoding.UTF8.GetBytes(text));

    public DurableLog Open(LogStart start = default)
    {
        Replayed.Clear();
        return DurableLog.Open(Home, start, Replayed.Add);
    }

    /// <summary>Writes each batch with one flush and closes the log.</summary>
    public void Write(params string[][] batches)
    {
        using var log = Open();
        foreach (var batch in batches)
            log.Append([.. batch.Select((text, i) => Entry(log.LastIndex + 1 + (ulong)i, text))]);
    }

    public void Reopen(LogStart start = default)
    {
        using var log = Open(start);
    }

    public LogException Refusal(LogStart start = default) =>
        Assert.Throws<LogException>(() => Reopen(start))!;

    public string Segment(ulong first) => DataFiles.Segment(Path, first);

    public static void Change(string path, Func<byte[], byte[]> change) =>
        File.WriteAllBytes(path, change(File.ReadAllBytes(path)));

    public void Dispose() => _directory.Dispose();
}
