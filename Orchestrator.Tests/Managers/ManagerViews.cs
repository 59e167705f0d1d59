using Orchestrator.Tests.Builders;
using Orchestrator.Consensus.Core;
using Orchestrator.Managers;
using Orchestrator.Model;

namespace Orchestrator.Tests.Managers;

/// <summary>Groups in a few letters: member 1 is of node n1, and so on.</summary>
internal static class ManagerViews
{
    /// <summary>Voters of nodes that are to be managers and can be reached; member 1 leads.</summary>
    public static ManagerView Voters(params ulong[] ids) => new()
    {
        Self = new MemberId(ids[0]),
        Membership = new Membership
        {
            Incarnation = 7, Members = [.. ids.Select(id => new Member(new MemberId(id), $"n{id}", $"10.0.0.{id}:2377", true))],
        },
        Nodes = ids.Select(id => Manager($"n{id}")).ToSortedMap(node => node.Id.Value),
        Reachable = [.. ids.Skip(1).Select(id => new MemberId(id))],
        CaughtUp = [.. ids.Skip(1).Select(id => new MemberId(id))],
    };

    public static Node Manager(string id) => new()
    {
        Id = new NodeId(id), Meta = new ObjectMeta { Version = 1 }, Spec = new NodeSpec { Role = NodeRole.Manager },
    };

    public static ManagerView WithLearner(this ManagerView view, ulong id, string node, bool isReachable = true) => view with
    {
        Membership = view.Membership.Add(new MemberId(id), node, $"10.0.0.{id}:2377"),
        Nodes = view.Nodes.ContainsKey(node) ? view.Nodes : view.Nodes.SetItem(node, Manager(node)),
        Reachable = isReachable ? view.Reachable.Add(new MemberId(id)) : view.Reachable,
        CaughtUp = isReachable ? view.CaughtUp.Add(new MemberId(id)) : view.CaughtUp,
    };

    public static ManagerView Away(this ManagerView view, params ulong[] ids) => view with
    {
        Reachable = view.Reachable.Except(ids.Select(id => new MemberId(id))),
        CaughtUp = view.CaughtUp.Except(ids.Select(id => new MemberId(id))),
    };

    /// <summary>The node is to be a worker.</summary>
    public static ManagerView Demoted(this ManagerView view, params ulong[] ids) => view with
    {
        Nodes = view.Nodes.SetItems(ids.Select(id => KeyValuePair.Create($"n{id}", view.Nodes[$"n{id}"] with
        {
            Spec = new NodeSpec { Role = NodeRole.Worker },
        }))),
    };

    /// <summary>The node was removed from the cluster.</summary>
    public static ManagerView Gone(this ManagerView view, ulong id) => view with { Nodes = view.Nodes.Remove($"n{id}") };

    /// <summary>What the step makes of the group. A hand-over goes to the first other voter that can be reached.</summary>
    public static ManagerView After(this ManagerView view, ManagerStep step) => step switch
    {
        ManagerStep.Promote promoted => view with { Membership = view.Membership.Promote(promoted.Member.Id) },
        ManagerStep.Remove removed => view with { Membership = view.Membership.Remove(removed.Member.Id) },
        ManagerStep.HandOver => view with
        {
            Self = view.Membership.Members.First(member => member.Votes && view.Reachable.Contains(member.Id)).Id,
            Reachable = view.Reachable.Add(view.Self)
                .Remove(view.Membership.Members.First(member => member.Votes && view.Reachable.Contains(member.Id)).Id),
        },
        _ => view,
    };

    /// <summary>Steps until there is none, as words: <c>+2</c> promoted, <c>-2</c> removed, <c>hand over</c>, <c>wait</c>.</summary>
    public static string Story(ManagerView view)
    {
        var words = new List<string>();
        while (words.Count < 50 && ManagerDecider.Next(view) is { } step)
        {
            words.Add(step switch
            {
                ManagerStep.Promote promoted => $"+{promoted.Member.Id}",
                ManagerStep.Remove removed => $"-{removed.Member.Id}",
                ManagerStep.HandOver => "hand over",
                _ => "wait",
            });
            if (step is ManagerStep.Wait)
                break;
            view = view.After(step);
        }
        return string.Join(", ", words);
    }
}
