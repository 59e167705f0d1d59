using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Logs;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Commands;

internal static class ServiceLogs
{
    private const string All = "all";

    /// <param name="Path">up to <c>/logs</c></param>
    private sealed record Source(string Path, string ServiceId, string ServiceName, bool Tty);

    public static CliCommand Build() =>
        new("service logs", "Show the logs of all tasks of a service, or of one task.", RunAsync)
    {
        Examples =
            ["swarmnet service logs --follow web", "swarmnet service logs --tail 100 --since 10m --timestamps web"],
        Usage = "SERVICE|TASK",
        MinArguments = 1,
        MaxArguments = 1,
        Completes = ArgumentKind.Service,
        Flags =
        [
            Flag.Switch("--follow", "Go on with what is written from now on", "-f"),
            Flag.Text("--tail", "Lines from the end of each task's log, or all (default all)", "number", "-n"),
            Flag.Text("--since", "Only from then on: 10m, 2026-11-20T17:00:00Z or Unix seconds", "time"),
            Flag.Switch("--timestamps", "Print the time of each line", "-t"),
            Flag.Switch("--details", "Print the attributes that the log driver keeps"),
            Flag.Switch("--raw", "Print the lines as they are, without prefix"),
            Flag.Switch("--no-task-ids", "Leave out the task ids"),
            Flag.NoResolve(),
            Flag.NoTrunc(),
        ],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var parameters = Parameters(run);
        var source = await FindAsync(run, run.Arguments[0], ct);
        var prefixes = new LogPrefixes(run);
        var raw = run.IsOn("--raw") || source.Tty;
        if (!raw)
            await prefixes.LearnAsync(source.ServiceId, source.ServiceName, ct);
        await using var stream = await run.Api.StreamAsync(
            ApiQuery.With(source.Path, [.. parameters, ("details", raw ? null : "1")]), ct);
        if (source.Tty)
            await RawText.CopyAsync(stream, run.Out, ct);
        else
            await PrintAsync(run, LogFrameReader.ReadAsync(stream, ct), raw ? null : prefixes, ct);
        await run.Out.FlushAsync(ct);
        return ExitCode.Ok;
    }

    private static (string, string?)[] Parameters(Invocation run) =>
    [
        ("stdout", "1"),
        ("stderr", "1"),
        ("follow", run.IsOn("--follow") ? "1" : null),
        ("since", run.Text("--since") is { } since
            ? run.Read("--since", since, text => TimeSyntax.ParseSince(text, run.Now)) : null),
        ("timestamps", run.IsOn("--timestamps") ? "1" : null),
        ("tail", run.Text("--tail") is { } tail ? run.Read("--tail", tail, ParseTail) : All),
    ];

    private static string ParseTail(string text) => text == All ? All : Invariantly.Text(Invocation.ParseCount(text));

    /// <summary>A service by name first, then a task by id.</summary>
    private static async Task<Source> FindAsync(Invocation run, string name, CancellationToken ct)
    {
        try
        {
            return OfService(await Lookups.ServiceAsync(run, name, ct));
        }
        catch (CliException notFound) when (notFound.ExitCode == ExitCode.NotFound)
        {
            return await FindTaskAsync(run, name, notFound, ct);
        }
    }

    private static Source OfService(ServiceDto service) => new(
        ApiQuery.Path("services", service.Id, "/logs"),
        service.Id,
        service.Spec.Name ?? service.Id,
        service.Spec.TaskTemplate?.ContainerSpec?.Tty ?? false);

    private static async Task<Source> FindTaskAsync(
        Invocation run, string name, CliException notFound, CancellationToken ct)
    {
        try
        {
            var task = await run.Api.GetAsync(ApiQuery.Path("tasks", name), wire => wire.TaskDto, ct);
            var service = await Lookups.ServiceAsync(run, task.ServiceId ?? "", ct);
            return OfService(service) with { Path = ApiQuery.Path("tasks", task.Id, "/logs") };
        }
        catch (CliException e) when (e.ExitCode == ExitCode.NotFound)
        {
            throw new CliException(
                ExitCode.NotFound, $"there is no service or task \"{name}\"", notFound.Where, notFound.Fix);
        }
    }

    private static async Task PrintAsync(
        Invocation run, IAsyncEnumerable<LogFrame> frames, LogPrefixes? prefixes, CancellationToken ct)
    {
        var flush = run.IsOn("--follow") || run.Environment.OutIsTerminal;
        await foreach (var frame in frames.WithCancellation(ct))
        {
            var writer = frame.Stream == LogStream.Error ? run.Error : run.Out;
            var text = prefixes is null ? frame.Text : await DecorateAsync(run, frame.Text, prefixes, ct);
            writer.Write(text.EndsWith('\n') ? text : text + "\n");
            if (flush)
                await writer.FlushAsync(ct);
        }
    }

    private static async Task<string> DecorateAsync(
        Invocation run, string text, LogPrefixes prefixes, CancellationToken ct)
    {
        var line = LogLineParser.Parse(text, run.IsOn("--timestamps"));
        var time = line.Time.Length > 0 ? line.Time + " " : "";
        var details = run.IsOn("--details") && line.Details.Length > 0 ? line.Details + " " : "";
        return $"{time}{await prefixes.ForAsync(line, ct)}{details}{line.Message}";
    }
}
