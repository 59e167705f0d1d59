using Orchestrator.Model;

namespace Orchestrator.Dispatching;

/// <summary>What becomes of a node's row when the node is heard of, or is not. Pure; null = nothing changes.</summary>
internal static class NodeChanges
{
    public const string HeartbeatFailure = "heartbeat failure";
    public const string Left = "left";

    /// <summary>The node has a session.</summary>
    /// <param name="address">IP address that the manager sees</param>
    public static Node? Connected(Node node, NodeDescription description, string address, DateTimeOffset now)
    {
        var status = node.Status.State == NodeState.Ready
            ? node.Status with { Address = address }
            : new NodeStatus { State = NodeState.Ready, Address = address, Since = now };
        return status == node.Status && Canonical.Same(description, node.Description)
            ? null
            : node with { Status = status, Description = description, Meta = node.Meta.Touched(now) };
    }

    public static Node? Down(Node node, string message, DateTimeOffset now)
    {
        if (node.Status.State == NodeState.Down)
            return null;
        var status = node.Status with { State = NodeState.Down, Message = message, Since = now };
        return node with { Status = status, Meta = node.Meta.Touched(now) };
    }

    /// <summary>A node that has just got its certificate and has not connected yet.</summary>
    public static Node Joined(NodeId id, NodeRole role, JoinRequest request, DateTimeOffset now) => new()
    {
        Id = id,
        Meta = ObjectMeta.New(now),
        Spec = new NodeSpec { Role = role, Availability = request.Availability },
        Description = new NodeDescription { Hostname = request.Hostname },
        Status = new NodeStatus { State = NodeState.Unknown, Message = "joined, not connected yet", Since = now },
    };
}
