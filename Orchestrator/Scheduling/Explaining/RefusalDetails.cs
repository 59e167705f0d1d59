using Orchestrator.Model;
using Orchestrator.Scheduling.Expressions;

namespace Orchestrator.Scheduling.Explaining;

/// <summary>Why one node is refused.</summary>
/// <param name="What">what was asked for, and what the node has</param>
/// <param name="Remedy">what would make it fit, a command where there is one</param>
internal readonly record struct RefusalDetail(string What, string Remedy);

/// <summary>One for each filter; asked only of nodes that the filter refuses.</summary>
internal static class RefusalDetails
{
    private const string NodeLabels = "node.labels.";

    public static RefusalDetail NotReady(Candidate candidate)
    {
        var (node, status) = (candidate.Node, candidate.Node.Status);
        if (status.State != NodeState.Ready)
            return new(
                $"it is {(status.State == NodeState.Down ? "down" : "not heard of")}"
                    + (status.Message.Length > 0 ? $": {status.Message}" : ""),
                "start its daemon, or look what is wrong there: swarmnet doctor");
        if (node.Spec.Availability != Availability.Active)
            return new(
                $"its availability is {(node.Spec.Availability == Availability.Drain ? "drain" : "pause")}",
                $"swarmnet node update --availability active {NameOf(node)}");
        return new($"its runtime starts no tasks: {node.Description.RuntimeError}",
            "repair the runtime there; see: swarmnet doctor");
    }

    public static RefusalDetail Resources(GroupStanding group, Candidate candidate) =>
        ResourceShortage.Of(group.Request, candidate);

    public static RefusalDetail Constraints(GroupStanding group, Candidate candidate)
    {
        var node = candidate.Node;
        if (group.Request.Constraints.FirstOrDefault(each => each?.Holds(node) != true) is not { } unmet)
            return new("a constraint is no expression", "write the constraint otherwise");
        var has = unmet.ValueOn(node) is { } value ? $"it has {value}" : "it has none";
        return new($"asked {unmet.Text}, {has}", RemedyOf(unmet, node));
    }

    public static RefusalDetail Dependencies(GroupStanding group, Candidate candidate)
    {
        var missing = group.UnmetDependency(candidate);
        var name = missing.Dependency.Service;
        var asked = $"asked the {missing.Dependency.What} of {name}";
        if (missing.Service is null)
            return new($"{asked}, there is no such service", "create it, or name another");
        return missing.On(candidate).Count == 0
            ? new($"{asked}, no task of it is there", $"run {name} there too: swarmnet explain service {name}")
            : new($"{asked}, each task of it there has its {missing.MostSharers} already, and more are to come",
                $"see what these wait for: swarmnet explain service {name}");
    }

    public static RefusalDetail Affinities(GroupStanding group, Candidate candidate)
    {
        if (group.UnmetAffinity(candidate) is not { } unmet)
            return new("an affinity is no expression", "write the affinity otherwise");
        var place = unmet.Topology is { } topology
            ? $"in its {topology.Key} ({topology.ValueOf(candidate.Node) ?? "it has none"})"
            : "there";
        return unmet.IsNegative
            ? new($"asked {unmet.Text}, one is {place}", "move what is there, or drop the affinity")
            : new($"asked {unmet.Text}, none is {place}", "run what it names there, or drop the affinity");
    }

    public static RefusalDetail Platform(GroupStanding group, Candidate candidate)
    {
        var has = candidate.Node.Description.Platform;
        var asked = string.Join(" or ", group.Request.Platforms.Select(wanted => $"{wanted.Os}/{wanted.Architecture}"));
        return new($"asked {asked}, it is {has.Os}/{has.Architecture}",
            "an image for its platform, or another node");
    }

    public static RefusalDetail Plugins(GroupStanding group, Candidate candidate)
    {
        var has = candidate.Node.Description.Plugins;
        var missing = group.Request.Plugins.First(wanted => !NeededPlugins.IsThere(wanted, has));
        return new($"asked {missing}, it has no such plugin", "install the plugin there");
    }

    public static RefusalDetail Ports(GroupStanding group, Candidate candidate)
    {
        var end = $"end who has it: swarmnet node ps {NameOf(candidate.Node)}";
        foreach (var port in group.Request.Ports)
            if (!candidate.Usage.IsFree(port))
                return new($"asked port {port.Number}/{ProtocolOf(port.Protocol)}, it is taken",
                    $"publish another port, or {end}");
        var range = group.Request.PortRanges[0];
        return new($"asked a port of {range.Published}-{range.PublishedEnd}/{ProtocolOf(range.Protocol)}, none is left",
            $"publish a larger range, or {end}");
    }

    public static RefusalDetail Replicas(GroupStanding group, Candidate candidate) => new(
        $"asked at most {group.Request.MaxReplicasPerNode} on a node, {group.TasksOn(candidate)} there",
        "a higher --replicas-max-per-node, or another node");

    public static RefusalDetail Slots(Candidate candidate) => new(
        $"it takes {candidate.Slots} tasks at most, {candidate.Usage.Tasks} there",
        $"swarmnet node update --label-add {Candidate.SlotsLabel}={candidate.Usage.Tasks + 1} "
            + NameOf(candidate.Node));

    /// <summary>As the commands take it.</summary>
    public static string NameOf(Node node) => node switch
    {
        { Spec.Name: { Length: > 0 } name } => name,
        { Description.Hostname: { Length: > 0 } host } => host,
        _ => node.Id.Value,
    };

    private static string RemedyOf(Constraint constraint, Node node)
    {
        var asked = constraint.Expression;
        var isLabel = asked.Key.StartsWith(NodeLabels, StringComparison.OrdinalIgnoreCase);
        var label = isLabel ? asked.Key[NodeLabels.Length..] : "";
        return asked switch
        {
            { Operator: ExpressionOperator.AnyOf, Values: [{ Text: var value }, ..] }
                when isLabel && ValuePattern.IsPlain(value) =>
                $"swarmnet node update --label-add {label}={value} {NameOf(node)}",
            { Operator: ExpressionOperator.NoneOf or ExpressionOperator.Absent } when isLabel =>
                $"swarmnet node update --label-rm {label} {NameOf(node)}",
            _ when isLabel => $"another label {label} there, or another constraint",
            _ => "another constraint, or another node",
        };
    }

    private static string ProtocolOf(PortProtocol protocol) => protocol switch
    {
        PortProtocol.Tcp => "tcp",
        PortProtocol.Udp => "udp",
        PortProtocol.Sctp => "sctp",
    };
}
