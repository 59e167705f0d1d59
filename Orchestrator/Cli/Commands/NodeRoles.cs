namespace Orchestrator.Cli.Commands;

/// <summary>Makes nodes managers or workers.</summary>
internal static class NodeRoles
{
    private const string Force = "--force";

    public static CliCommand BuildPromote() =>
        new("node promote", "Make nodes managers.", (run, ct) => EachAsync(run, JoinToken.Manager, false, ct))
    {
        Examples = ["swarmnet node promote node2 node3"],
        Usage = "NODE [NODE...]",
        MinArguments = 1,
        MaxArguments = CliCommand.Unlimited,
        Completes = ArgumentKind.Node,
    };

    public static CliCommand BuildDemote() =>
        new("node demote", "Make managers workers.", (run, ct) => EachAsync(run, JoinToken.Worker, run.IsOn(Force), ct))
    {
        Examples = ["swarmnet node demote node3"],
        Usage = "NODE [NODE...]",
        MinArguments = 1,
        MaxArguments = CliCommand.Unlimited,
        Completes = ArgumentKind.Node,
        Flags = [Flag.Switch(Force, "Even if too few managers are left to decide anything", "-f")],
    };

    private static Task<int> EachAsync(Invocation run, string role, bool force, CancellationToken ct) =>
        BatchRun.EachAsync(run, async name =>
        {
            var node = await Lookups.NodeAsync(run, name, ct);
            if (node.Spec.Role == role)
            {
                run.Out.WriteLine($"Node {node.Id} is already a {role}.");
                return;
            }
            node.Spec.Role = role;
            await NodeWrites.UpdateAsync(run, node, force, ct);
            run.Out.WriteLine(role == JoinToken.Manager
                ? $"Node {name} promoted to a manager in the swarm."
                : $"Manager {name} demoted in the swarm.");
        });
}
