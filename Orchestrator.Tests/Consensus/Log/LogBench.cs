using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus.Log;

namespace Orchestrator.Tests.Consensus.Log;

/// <summary>A log in a temporary directory, and what was read from it.</summary>
internal sealed class LogBench : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public string Path => _directory.Path;

    public LogOptions Options { get; init; } = new() { Directory = "" };

    public List<LogEntry> Replayed { get; } = [];

    public IEnumerable<string> Texts => Replayed.Select(entry => Encoding.UTF8.GetString(entry.Payload.Span));

    public static LogEntry Entry(ulong index, string text, ulong term = 1) =>
        new(index, term, EntryKind.Command, Encoding.UTF8.GetBytes(text));

    public DurableLog Open(LogStart start = default)
    {
        Replayed.Clear();
        return DurableLog.Open(
            Options with { Directory = Path }, new PosixDisk(), start, Replayed.Add, NullLogger.Instance);
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
