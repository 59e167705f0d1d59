using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Dispatching;

/// <summary>What the manager side of the agent protocol needs from the outside.</summary>
public sealed record DispatchingEnvironment(StateStore Store, IProposer Proposer, TimeProvider Time, IdSource Ids)
{
    public DateTimeOffset Now => Time.GetUtcNow();
}
