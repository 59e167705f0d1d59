using Orchestrator.Api.Contracts;
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
        var nodes = (await Lookups.NodesAsync(run, FilterSyntax.ToJson(run.Filters()), ct))
            .OrderBy(node => node.Description.Hostname, NaturalOrder.Instance).ToList();
        if (run.IsOn("--quiet"))
        {
            foreach (var node in nodes)
                run.Out.WriteLine(node.Id);
            return ExitCode.Ok;
        }
        var self = nodes.Count == 0 ? "" : (await Lookups.InfoAsync(run, ct)).Swarm.NodeId;
        var rows = nodes.Select(node => new Row(node, node.Id == self)).ToList();
        var plain = run.Text("--format") is null or "" or "table"
            || run.Text("--format")!.StartsWith("table ", StringComparison.Ordinal);
        new ListView<Row>(Columns(plain), Shown).Write(run.Out, rows, run.Text("--format"));
        return ExitCode.Ok;
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
