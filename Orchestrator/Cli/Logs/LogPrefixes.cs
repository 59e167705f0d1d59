using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Logs;

/// <summary>What stands before each line: <c>web.2.x1y2z3@node1    | </c>. Names are asked for once and
/// remembered.</summary>
internal sealed class LogPrefixes(Invocation run)
{
    private const string Reset = "\e[0m";

    private static readonly string[] Colours = ["\e[36m", "\e[33m", "\e[32m", "\e[35m", "\e[34m", "\e[31m"];

    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _services = new(StringComparer.Ordinal);
    private int _width;

    /// <summary>Learns the tasks that are there, so that the columns align from the first line on.</summary>
    public async Task LearnAsync(string serviceId, string serviceName, CancellationToken ct)
    {
        _services[serviceId] = serviceName;
        foreach (var node in await Lookups.NodesAsync(run, null, ct))
            _nodes[node.Id] = Lookups.NameOf(node);
        foreach (var task in await Lookups.TasksAsync(run, [new("service", serviceId)], ct))
            _labels[task.Id] = Describe(task);
        _width = _labels.Values.Select(label => label.Length).DefaultIfEmpty().Max();
    }

    public async Task<string> ForAsync(ParsedLine line, CancellationToken ct)
    {
        if (!_labels.TryGetValue(line.TaskId, out var label))
        {
            _labels[line.TaskId] = label = await AskAsync(line, ct);
            _width = Math.Max(_width, label.Length);
        }
        var text = label.PadRight(_width) + " | ";
        return run.Environment.OutIsColoured ? ColourOf(line.TaskId) + text + Reset : text;
    }

    private static string ColourOf(string taskId) => Colours[StableHash(taskId) % Colours.Length];

    private static int StableHash(string text) => text.Aggregate(0, (hash, c) => ((hash * 31) + c) & 0xFFFFFF);

    private async Task<string> AskAsync(ParsedLine line, CancellationToken ct)
    {
        try
        {
            var task = await run.Api.GetAsync(ApiQuery.Path("tasks", line.TaskId), wire => wire.TaskDto, ct);
            if (task.NodeId is { Length: > 0 } nodeId && !_nodes.ContainsKey(nodeId))
                _nodes[nodeId] = Lookups.NameOf(
                    await run.Api.GetAsync(ApiQuery.Path("nodes", nodeId), wire => wire.NodeDto, ct));
            return Describe(task);
        }
        catch (CliException e) when (e.ExitCode == ExitCode.NotFound)
        {
            var id = Words.Id(line.TaskId, inFull: false);
            return $"{Name(_services, line.ServiceId)}.{id}@{Name(_nodes, line.NodeId)}";
        }
    }

    private string Describe(TaskDto task)
    {
        var place = task.Slot > 0 ? task.Slot.ToString(CultureInfo.InvariantCulture)
            : Words.Id(task.NodeId ?? "", inFull: false);
        var id = run.IsOn("--no-task-ids") ? "" : "." + Words.Id(task.Id, run.IsOn("--no-trunc"));
        return $"{Name(_services, task.ServiceId ?? "")}.{place}{id}@{Name(_nodes, task.NodeId ?? "")}";
    }

    private string Name(Dictionary<string, string> names, string id) =>
        run.IsOn("--no-resolve") ? Words.Id(id, run.IsOn("--no-trunc")) : names.GetValueOrDefault(id, id);
}
