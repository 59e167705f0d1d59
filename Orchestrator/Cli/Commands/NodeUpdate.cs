using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Commands;

internal static class NodeUpdate
{
    public static CliCommand Build() => new("node update", "Change a node's availability, role or labels.", RunAsync)
    {
        Examples =
            ["swarmnet node update --availability drain node2", "swarmnet node update --label-add disk=ssd node2"],
        Usage = "NODE",
        MinArguments = 1,
        MaxArguments = 1,
        Completes = ArgumentKind.Node,
        Flags =
        [
            Flag.Text("--availability", "active takes tasks, pause takes no new ones, drain gives away its tasks"),
            Flag.Text("--role", "worker or manager"),
            Flag.List("--label-add", "Add or replace a label, key=value"),
            Flag.List("--label-rm", "Remove a label by its key"),
        ],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var availability = run.Choice("--availability", "active", "pause", "drain");
        var role = run.Choice("--role", "worker", "manager");
        var node = await Lookups.NodeAsync(run, run.Arguments[0], ct);
        node.Spec.Availability = availability ?? node.Spec.Availability;
        node.Spec.Role = role ?? node.Spec.Role;
        node.Spec.Labels = KeyValues.Without(node.Spec.Labels, run.List("--label-rm"));
        foreach (var text in run.List("--label-add"))
            node.Spec.Labels = run.Read("--label-add", text, pair => KeyValues.With(node.Spec.Labels, pair));
        await NodeWrites.UpdateAsync(run, node, force: false, ct);
        run.Out.WriteLine(run.Arguments[0]);
        return ExitCode.Ok;
    }
}
