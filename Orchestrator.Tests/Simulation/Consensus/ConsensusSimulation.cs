using System.Globalization;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>One seed: a group in a bad world, where nothing wrong may happen; then in a good one, where all must come right.</summary>
internal static class ConsensusSimulation
{
    /// <summary>A healed group has this long to come to rest.</summary>
    private const int LivenessTicks = 60 * World.ElectionTicks;

    private const int TicksBetweenLooks = 5;

    /// <param name="size">first members of the group</param>
    /// <returns>what was found; a failing seed is run again to tell its last events</returns>
    public static SimulationResult Run(int seed, int size)
    {
        var result = Run(seed, size, isTraced: false);
        return result.Failure is null ? result : Run(seed, size, isTraced: true);
    }

    private static SimulationResult Run(int seed, int size, bool isTraced)
    {
        var world = new World(seed, size, isTraced);
        var result = new SimulationResult { Seed = seed, Size = size, World = world, Phase = "safety" };
        try
        {
            RunSafety(world);
            result = result with { Phase = "liveness" };
            RunLiveness(world);
            return result;
        }
        catch (Exception e)
        {
            // Whatever the core throws is a find, of whatever type it is.
            return result with { Failure = e };
        }
    }

    private static void RunSafety(World world)
    {
        world.Begin();
        RunUntil(world, world.Profile.SafetyTicks * Timeline.Tick);
    }

    private static void RunLiveness(World world)
    {
        world.Heal();
        var end = world.Time.Now + (LivenessTicks * Timeline.Tick);
        while (Convergence.Missing(world) is { } missing)
        {
            SafetyViolation.Unless(world.Time.Now < end, "liveness", () => string.Create(CultureInfo.InvariantCulture,
                $"{LivenessTicks} ticks after everything was healed: {missing}"));
            world.Operator.Repair();
            RunUntil(world, world.Time.Now + (TicksBetweenLooks * Timeline.Tick));
        }
    }

    private static void RunUntil(World world, long time)
    {
        while (world.Time.Step(time))
        {
        }
    }
}

/// <summary>What a seed came to.</summary>
internal sealed record SimulationResult
{
    public required int Seed { get; init; }

    /// <summary>First members of the group.</summary>
    public required int Size { get; init; }

    public required World World { get; init; }

    public required string Phase { get; init; }

    /// <summary>Null when no rule was broken.</summary>
    public Exception? Failure { get; init; }

    public override string ToString() => ToString(lastEvents: 150);

    public string ToString(int lastEvents) => Failure is null
        ? $"seed {Seed}: fine"
        : $"seed {Seed} failed in the {Phase} phase: {Failure.Message}\nSEED={Seed} runs it again\n"
            + $"{World.Profile}\nlast events:\n{World.Trace?.Last(lastEvents)}\n{Failure}";
}
