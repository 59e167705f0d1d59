using Orchestrator.Store;

namespace Orchestrator.Orchestration;

/// <summary>One kind of decision that <see cref="ControllerLoop"/> keeps making.</summary>
public interface IController
{
    string Name { get; }

    /// <summary>What to look at again after a change.</summary>
    /// <param name="before">the state the last call saw: names what deleted objects belonged to</param>
    IEnumerable<string> KeysOf(StateChange change, StateSnapshot before);

    /// <summary>Decides for one key. Parts are proposed independently of each other, each as a whole.</summary>
    ControllerDecision Decide(ReconcileContext context, string key);
}

public sealed record ControllerDecision(ImmutableArray<Transaction> Parts, DateTimeOffset? WakeAt)
{
    public static ControllerDecision Of(Decision decision) => new(
        decision.Changes.IsEmpty ? [] : [new Transaction { Changes = decision.Changes }], decision.WakeAt);
}
