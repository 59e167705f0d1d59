using System.Text;
using Orchestrator.Model;

namespace Orchestrator.Dispatching;

/// <summary>Says in a log itself that some of it is missing.</summary>
internal static class LogNotice
{
    public static LogLine Of(TaskId task, string text, DateTimeOffset now) => new()
    {
        TaskId = task,
        Stream = LogStream.System,
        Timestamp = now,
        Text = Encoding.UTF8.GetBytes(text + "\n"),
    };
}
