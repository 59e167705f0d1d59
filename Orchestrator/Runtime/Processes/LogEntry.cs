using System.Text;
using Orchestrator.Model;

namespace Orchestrator.Runtime.Processes;

/// <summary>The form of one line of a log file.</summary>
internal static class LogEntry
{
    internal static ReadOnlySpan<byte> Label(LogStream stream) => stream switch
    {
        LogStream.Stdout => " stdout "u8,
        LogStream.Stderr => " stderr "u8,
        LogStream.System => " system "u8,
    };

    /// <returns>null for a torn line</returns>
    internal static LogLine? Parse(TaskId task, ReadOnlySpan<byte> line)
    {
        var end = line.IndexOf((byte)' ');
        if (end < 0 || line.Length < end + 10)
            return null;
        if (Moment.Read(Encoding.ASCII.GetString(line[..end])) is not { } time)
            return null;
        var whole = line[end + 8] == (byte)'F';
        return new LogLine
        {
            TaskId = task,
            Stream = StreamOf(line[(end + 1)..]),
            Timestamp = time,
            Text = whole ? (byte[])[.. line[(end + 10)..], (byte)'\n'] : line[(end + 10)..].ToArray(),
        };
    }

    private static LogStream StreamOf(ReadOnlySpan<byte> text) =>
        text.StartsWith("stdout"u8) ? LogStream.Stdout
        : text.StartsWith("stderr"u8) ? LogStream.Stderr
        : LogStream.System;
}
