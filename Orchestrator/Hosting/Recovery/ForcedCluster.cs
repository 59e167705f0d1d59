using Microsoft.Extensions.Logging;
using Orchestrator.Agents;
using Orchestrator.Api;
using Orchestrator.Consensus;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Serialization;
using Orchestrator.Store;

namespace Orchestrator.Hosting.Recovery;

/// <summary>Makes a stopped manager's log that of a cluster with this manager alone.</summary>
internal static partial class ForcedCluster
{
    /// <summary>After a crash at any moment it is done or not begun.</summary>
    /// <exception cref="Consensus.Log.LogException">the log cannot be used or written</exception>
    /// <exception cref="ApiException">the log holds no cluster to carry on with; nothing was changed</exception>
    public static void Make(NodeState state, HostServices services)
    {
        var logger = services.Logging.CreateLogger(typeof(ForcedCluster));
        var store = new StateStore();
        var options = new RaftNodeOptions
        {
            Directory = new DataPaths(services.Options.DataDirectory).Log,
            Node = state.NodeId,
            Address = state.AdvertiseAddress,
        };
        NewGroup.OfMember(options, new NodeSurroundings(store, logger, services.Time),
            () => MessagePackSerializer.Serialize(SoleManager.Of(store.Current, ManagerIn(store.Current, state))));
        // The agent must not go to managers of before, who may have taken this node out: it asks who lives here.
        DurableFile.Remove(Path.Combine(new DataPaths(services.Options.DataDirectory).Agent, AgentStateFile.Name));
        LogMade(logger, state.ClusterId, state.NodeId, store.Current.Index);
    }

    private static Node ManagerIn(StateSnapshot snapshot, NodeState state)
    {
        if (snapshot.Cluster is null || snapshot.Node(new NodeId(state.NodeId)) is not { } row)
            throw ApiException.Unavailable("this manager's log does not hold the cluster's state, only what came "
                + "before it: nothing was changed. Use --force-new-cluster on another manager, or restore a backup");
        return row with
        {
            Spec = row.Spec with { Role = NodeRole.Manager },
            ManagerAddress = state.AdvertiseAddress,
        };
    }

    [LoggerMessage(LogLevel.Warning, "by force the cluster {Cluster} goes on with node {Node} as its only manager, "
        + "from index {Index}; managers of before are refused from now on")]
    private static partial void LogMade(ILogger logger, string cluster, string node, ulong index);
}
