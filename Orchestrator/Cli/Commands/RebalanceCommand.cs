using System.Globalization;
using System.Text.Json;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Rendering;

namespace Orchestrator.Cli.Commands;

internal static class RebalanceCommand
{
    public static CliCommand Build() => new(
        "rebalance", "Move running tasks to nodes that joined or came back, some at a time. Without a name it looks at "
        + "all services but those that keep data on their nodes: in a local volume or a bind mount, which does not "
        + "follow. Services of the strategies binpack and random stay as they are.", RunAsync)
    {
        Examples = ["swarmnet rebalance --dry-run", "swarmnet rebalance --max-moves 3 web api"],
        Usage = "[SERVICE...]",
        MaxArguments = CliCommand.Unlimited,
        Completes = ArgumentKind.Service,
        Flags =
        [
            Flag.Switch("--dry-run", "Only show what would be moved"),
            Flag.Text("--max-moves", "Tasks that may be on the move at once, 1 to 1000 (default 10)", "uint"),
            Flag.Format("table or json"),
        ],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var isJson = run.Choice("--format", "table", "json") == "json";
        var request = new RebalanceRequestDto
        {
            Services = run.Arguments.Count == 0 ? null : run.Arguments,
            MaxMoves = run.Count("--max-moves") is { } most ? (int)Math.Min(most, int.MaxValue) : null,
            DryRun = run.IsOn("--dry-run") ? true : null,
        };
        var answer = await run.Api.PostAsync(
            "/swarmnet/v1/rebalance", ApiBody.Of(request, WireJson.Default.RebalanceRequestDto),
            WireJson.Default.RebalanceDto, ct);
        if (isJson)
            run.Out.WriteLine(JsonText.Indented(JsonSerializer.SerializeToNode(answer, WireJson.Default.RebalanceDto)));
        else
            Write(run, answer);
        return ExitCode.Ok;
    }

    private static void Write(Invocation run, RebalanceDto answer)
    {
        var table = new TextTable();
        table.Add("SERVICE", "TASK", "FROM", "TO", "WHY");
        foreach (var move in answer.Moves)
            table.Add(move.Service, $"{move.Service}.{move.Slot}", move.From, move.To, move.Why);
        if (answer.Moves.Count > 0)
            table.WriteTo(run.Out);
        foreach (var left in answer.LeftAlone)
            run.Error.WriteLine($"{left.Service} is left alone: {left.Why}");
        if (answer.UnderWay > 0)
            run.Error.WriteLine($"Under way since before: {Tasks(answer.UnderWay)}; they count against --max-moves.");
        run.Error.WriteLine(Summary(answer.Moves, run.IsOn("--dry-run")));
    }

    private static string Summary(IReadOnlyList<MoveDto> moves, bool isDryRun)
    {
        if (moves.Count == 0)
            return "Nothing is to be moved.";
        return isDryRun
            ? $"{Tasks(moves.Count)} would be moved. Nothing was changed."
            : $"{Tasks(moves.Count)} to be moved. Follow it with: swarmnet service ps {moves[0].Service}";
    }

    private static string Tasks(int count) =>
        count == 1 ? "1 task" : string.Create(CultureInfo.InvariantCulture, $"{count} tasks");
}
