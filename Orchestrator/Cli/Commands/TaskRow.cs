using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Rendering;

namespace Orchestrator.Cli.Commands;

/// <param name="Previous">not the newest of its slot</param>
internal sealed record TaskRow(TaskDto Task, string Service, string Node, bool Previous)
{
    /// <summary><c>web.3</c>, or <c>web.NODEID</c> for a service that runs on each node.</summary>
    public string Name => Task.Slot > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Service}.{Task.Slot}")
        : $"{Service}.{Task.NodeId}";
}

/// <summary>How tasks are listed.</summary>
internal static class TaskView
{
    private const int HistoryErrorLength = 60;

    private static readonly string[] Shown =
        ["ID", "Name", "Image", "Node", "DesiredState", "CurrentState", "Error", "Ports"];

    public static void Write(Invocation run, IReadOnlyList<TaskRow> rows)
    {
        if (run.IsOn("--quiet"))
        {
            foreach (var row in rows)
                run.Out.WriteLine(Words.Id(row.Task.Id, run.IsOn("--no-trunc")));
            return;
        }
        var format = run.Text("--format");
        var isTable = format is null or "" or "table";
        new ListView<TaskRow>(Columns(run.Now, run.IsOn("--no-trunc"), isTable), Shown).Write(run.Out, rows, format);
    }

    /// <param name="indent">mark earlier tasks of a slot, which only makes sense under the newest</param>
    private static Column<TaskRow>[] Columns(DateTimeOffset now, bool inFull, bool indent) =>
    [
        new("ID", "ID", row => Words.Id(row.Task.Id, inFull)),
        new("Name", "NAME", row => indent && row.Previous ? @" \_ " + row.Name : row.Name),
        new("Image", "IMAGE", row => Words.Image(row.Task.Spec.ContainerSpec?.Image, inFull)),
        new("Node", "NODE", row => row.Node),
        new("DesiredState", "DESIRED STATE", row => Words.Capitalize(row.Task.DesiredState)),
        new("CurrentState", "CURRENT STATE", row => CurrentState(row.Task.Status, now)),
        new("Error", "ERROR", row => Error(row.Task, inFull)),
        new("Ports", "PORTS", row => PortText.OfTask(row.Task.Status.PortStatus.Ports)),
        new("Service", "SERVICE", row => row.Service),
        new("Slot", "SLOT", row => row.Task.Slot.ToString(CultureInfo.InvariantCulture)),
        new("Age", "AGE", row => Ages.Describe(now - row.Task.CreatedAt)),
        new("CreatedAt", "CREATED AT", row =>
            row.Task.CreatedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
        new("Message", "MESSAGE", row => row.Task.Status.Message ?? ""),
        new("ContainerID", "CONTAINER ID", row => Words.Id(row.Task.Status.ContainerStatus?.ContainerId ?? "", inFull)),
    ];

    private static string CurrentState(TaskStatusDto status, DateTimeOffset now) =>
        $"{Words.Capitalize(status.State)} {Ages.Ago(status.Timestamp, now)}".TrimEnd();

    /// <summary>What holds up a task that should run is told in full; what ended an old one in short.</summary>
    private static string Error(TaskDto task, bool inFull)
    {
        if (string.IsNullOrEmpty(task.Status.Err))
            return "";
        var isHistory = task.DesiredState is "shutdown" or "remove" or "complete";
        return $"\"{(isHistory && !inFull ? Words.Truncate(task.Status.Err, HistoryErrorLength) : task.Status.Err)}\"";
    }
}
