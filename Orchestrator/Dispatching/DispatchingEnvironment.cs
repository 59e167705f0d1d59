using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Dispatching;

/// <summary>What the manager side of the agent protocol needs from the outside.</summary>
public sealed record DispatchingEnvironment(StateStore Store, IProposer Proposer, TimeProvider Time, IdSource Ids)
{
    /// <summary>
    /// <c>ip:port</c> of every manager, for the agents' next connection. Whoever knows that it has changed says
    /// <see cref="Dispatcher.ManagersChanged"/>.
    /// </summary>
    public Func<ImmutableArray<string>> ManagerAddresses { get; init; } = static () => [];

    /// <summary>Is the node a member of the managers' group (still)? Then it needs a manager's certificate.</summary>
    public Func<NodeId, bool> IsMember { get; init; } = static _ => false;

    /// <summary>Told to the agents, so that they do not obey a former leader after a later one.</summary>
    public ulong Incarnation { get; init; }

    /// <summary>Of the leadership that all this belongs to.</summary>
    public ulong Term { get; init; }

    public DateTimeOffset Now => Time.GetUtcNow();
}
