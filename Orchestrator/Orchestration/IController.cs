using Orchestrator.Model;
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
    /// <summary>
    /// Changes of one part, so that no log entry grows without bound: at its longest texts a task's row has some 10 KB.
    /// </summary>
    internal const int MostInOnePart = 500;

    /// <summary>Splits between slots only: what belongs together stays together.</summary>
    public static ControllerDecision Of(Decision decision)
    {
        var conditions = decision.Changes.Where(change => change.Kind == ChangeKind.Require).ToArray();
        var parts = ImmutableArray.CreateBuilder<Transaction>();
        var part = new List<Change>();
        foreach (var change in decision.Changes.Where(change => change.Kind != ChangeKind.Require))
        {
            if (part.Count >= MostInOnePart && !AreOfOneSlot(part[^1], change))
            {
                parts.Add(new Transaction { Changes = [.. conditions, .. part] });
                part.Clear();
            }
            part.Add(change);
        }
        if (part.Count > 0)
            parts.Add(new Transaction { Changes = [.. conditions, .. part] });
        return new(parts.ToImmutable(), decision.WakeAt);
    }

    private static bool AreOfOneSlot(Change one, Change other) =>
        one.Value is ServiceTask first && other.Value is ServiceTask second && first.Slot == second.Slot;
}
