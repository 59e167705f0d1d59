using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Scheduling.Rebalancing;

/// <summary>What is to be evened out.</summary>
/// <param name="MaxMoves">together with those that are under way already</param>
/// <param name="WithLocalData">also tasks whose data stays behind on their node</param>
public sealed record RebalanceScope(IEnumerable<Service> Services, int MaxMoves, bool WithLocalData)
{
    /// <summary>Also tasks of which a move was given up a short while ago.</summary>
    public bool WithGivenUp { get; init; } = true;
}

/// <summary>A running task that had better run elsewhere.</summary>
/// <param name="Why">in words</param>
public sealed record TaskMove(Service Service, ServiceTask Task, Node From, Node To, string Why);

/// <summary>A service that is not looked at.</summary>
/// <param name="Passes">so that it is worth looking again soon</param>
public sealed record LeftAlone(Service Service, string Why, bool Passes);

/// <param name="UnderWay">moves that were begun before and are not done</param>
public sealed record RebalancePlan(ImmutableArray<TaskMove> Moves, ImmutableArray<LeftAlone> LeftAlone, int UnderWay);

/// <summary>
/// Which running tasks to move so that tasks are spread as if they were placed now. Pure. Each move makes the spread
/// better by a whole task (or a clear share of a node), so that no move is ever worth going back.
/// </summary>
public static class Rebalancer
{
    public const string Label = "swarmnet.rebalance";
    public const string Automatic = "auto";
    public const string Off = "off";

    /// <summary>The service wants it without being asked.</summary>
    public static bool IsAutomatic(Service service) => service.Spec.Labels.GetValueOrDefault(Label) == Automatic;

    /// <summary>Marks the tasks: their replacements follow from that, within the limits of updates.</summary>
    /// <returns>changes that hold only for the service as it was</returns>
    public static IEnumerable<Change> Begin(IEnumerable<TaskMove> moves, DateTimeOffset now) => moves
        .GroupBy(move => move.Service.Key, StringComparer.Ordinal)
        .SelectMany(moved => moved
            .Select(move => Change.Update(move.Task.Evicted(
                new Eviction { Reason = $"rebalanced: {move.Why}", At = now, Gentle = true })))
            .Prepend(Change.Require(moved.First().Service)));

    public static RebalancePlan Plan(StateSnapshot state, RebalanceScope scope, DateTimeOffset now)
    {
        var (movable, leftAlone) = (new List<Service>(), ImmutableArray.CreateBuilder<LeftAlone>());
        foreach (var service in scope.Services)
            if (Hindrance.Of(state, service, scope.WithLocalData) is { } hindrance)
                leftAlone.Add(hindrance);
            else
                movable.Add(service);
        var underWay = UnderWay(state);
        var most = scope.MaxMoves - underWay;
        var run = new RebalancingRun(state, now, scope.WithGivenUp);
        return new(most > 0 ? Moves(movable, run, most) : [], leftAlone.ToImmutable(), underWay);
    }

    /// <summary>Again and again: what moves makes room, or another balance, for others.</summary>
    private static ImmutableArray<TaskMove> Moves(List<Service> services, RebalancingRun run, int most)
    {
        var moves = ImmutableArray.CreateBuilder<TaskMove>();
        int before;
        do
        {
            before = moves.Count;
            foreach (var service in services)
                while (moves.Count < most && run.NextMove(service) is { } move)
                    moves.Add(move);
        }
        while (moves.Count > before && moves.Count < most);
        return moves.ToImmutable();
    }

    private static int UnderWay(StateSnapshot state)
    {
        var count = 0;
        foreach (var task in state.Tasks.Values)
            count += task is { Eviction.Gentle: true, Desired: <= TaskState.Complete } ? 1 : 0;
        return count;
    }
}
