using System.Globalization;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// Which process a task is. A pid alone is not enough: the kernel gives it to another process later, so the moment it
/// began (clock ticks since boot) and the boot go with it.
/// </summary>
internal sealed record RunRecord(int Pid, long PidStart, int ShimPid, long ShimStart)
{
    internal string BootId { get; init; } = "";

    internal DateTimeOffset StartedAt { get; init; }

    internal bool TaskLives => BootId == ProcFiles.BootId() && ProcFiles.Lives(Pid, PidStart);

    internal bool ShimLives => BootId == ProcFiles.BootId() && ProcFiles.Lives(ShimPid, ShimStart);

    internal void Save(string path)
    {
        var file = new FieldFile();
        file.Add("pid", Pid);
        file.Add("start", PidStart);
        file.Add("shim", ShimPid);
        file.Add("shimstart", ShimStart);
        file.Add("boot", BootId);
        file.Add("at", Moment.Write(StartedAt));
        file.Save(path);
    }

    internal static RunRecord? Load(string path) => FieldFile.Load(path) is not { } file
        ? null
        : new((int)file.Number("pid"), file.Number("start"), (int)file.Number("shim"), file.Number("shimstart"))
        {
            BootId = file.Text("boot"),
            StartedAt = Moment.Read(file.Text("at")) ?? default,
        };
}

/// <summary>How a task ended. A program that could not be started has an <see cref="Error"/>.</summary>
internal sealed record ExitRecord(int Code)
{
    internal string Error { get; init; } = "";

    internal bool OutOfMemory { get; init; }

    internal DateTimeOffset FinishedAt { get; init; }

    internal void Save(string path)
    {
        var file = new FieldFile();
        file.Add("code", Code);
        file.Add("error", Error);
        file.Add("oom", OutOfMemory ? 1 : 0);
        file.Add("at", Moment.Write(FinishedAt));
        file.Save(path);
    }

    internal static ExitRecord? Load(string path) => FieldFile.Load(path) is not { } file
        ? null
        : new((int)file.Number("code"))
        {
            Error = file.Text("error"),
            OutOfMemory = file.Number("oom") != 0,
            FinishedAt = Moment.Read(file.Text("at")) ?? default,
        };
}

internal static class Moment
{
    internal static string Write(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    internal static DateTimeOffset? Read(string text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;
}
