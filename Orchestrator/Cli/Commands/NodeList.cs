using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Rendering;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Commands;

internal static class NodeList
{
    private sealed record Row(NodeDto Node, bool Self);

    private static readonly string[] Shown =
        ["ID", "Hostname", "Status", "Availability", "ManagerStatus", "EngineVersion"];

    public static CliCommand Build() => new("node ls", "List the nodes of the cluster; * marks this one.", RunAsync)
    {
        Examples = ["swarmnet node ls", "swarmnet node ls --filter role=manager --format '{{.Hostname}} {{.Status}}'"],
        Flags = [Flag.Filter("id, label, node.label, membership, name, role"), Flag.Format(), Flag.Quiet()],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var quiet = run.IsOn("--quiet");
        var found = NodesAsync(run, ct);
        var own = quiet ? Task.FromResult(new SwarmInfoDto()) : Lookups.OwnPartAsync(run, ct);
        // What is wrong with the nodes is told first, whichever fails first.
        await Task.WhenAll(found, own).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var nodes = (await found).OrderBy(node => node.Description.Hostname, NaturalOrder.Instance).ToList();
        if (quiet)
        {
            foreach (var node in nodes)
                run.Out.WriteLine(node.Id);
            return ExitCode.Ok;
        }
        Show(run, nodes, await own);
        return ExitCode.Ok;
    }

    private static void Show(Invocation run, IReadOnlyList<NodeDto> nodes, SwarmInfoDto own)
    {
        var rows = nodes.Select(node => new Row(node, node.Id == own.NodeId)).ToList();
        var format = run.Text("--format");
        var plain = format is null or "" or "table";
        var marked = plain || format!.StartsWith("table ", StringComparison.Ordinal);
        new ListView<Row>(Columns(marked), Shown).Write(run.Out, rows, format);
        run.Out.Flush();
        if (plain && own.Quorum is { } quorum)
            run.Error.WriteLine(QuorumLine.Of(quorum));
    }

    /// <summary>When the managers cannot answer, the one that was asked at least says how many it misses.</summary>
    private static async Task<IReadOnlyList<NodeDto>> NodesAsync(Invocation run, CancellationToken ct)
    {
        try
        {
            return await Lookups.NodesAsync(run, FilterSyntax.ToJson(run.Filters()), ct);
        }
        catch (CliException e) when (ApiErrors.HasNoLeader(e.Message))
        {
            var quorum = (await Lookups.OwnPartAsync(run, ct)).Quorum;
            var fix = quorum is null ? e.Fix : $"{QuorumLine.Of(quorum)}\n{e.Fix}";
            throw new CliException(e.ExitCode, e.Message, e.Where, fix);
        }
    }

    private static Column<Row>[] Columns(bool marked) =>
    [
        new("ID", "ID", row => marked && row.Self ? row.Node.Id + " *" : row.Node.Id),
        new("Self", "SELF", row => row.Self ? "true" : "false"),
        new("Hostname", "HOSTNAME", row => row.Node.Description.Hostname ?? ""),
        new("Status", "STATUS", row => Words.Capitalize(row.Node.Status.State)),
        new("Availability", "AVAILABILITY", row => Words.Capitalize(row.Node.Spec.Availability)),
        new("ManagerStatus", "MANAGER STATUS", row => ManagerStatus(row.Node)),
        new("EngineVersion", "ENGINE VERSION", row => row.Node.Description.Engine.EngineVersion ?? ""),
        new("Address", "ADDRESS", row => row.Node.Status.Addr ?? ""),
        new("Role", "ROLE", row => row.Node.Spec.Role ?? ""),
        new("Message", "MESSAGE", row => row.Node.Status.Message ?? ""),
    ];

    private static string ManagerStatus(NodeDto node) => node.ManagerStatus switch
    {
        null => "",
        { Leader: true } => "Leader",
        var status => Words.Capitalize(status.Reachability),
    };
}
