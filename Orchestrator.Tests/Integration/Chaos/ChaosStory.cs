using System.Diagnostics;

namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>How one fault is told.</summary>
internal sealed record ChaosPlan(Fault Fault)
{
    public int Seed { get; init; } = 1;

    public int Clients { get; init; } = 4;

    /// <summary>Whether it strikes again, after so many rounds and so much time.</summary>
    public required Func<int, TimeSpan, bool> GoesOn { get; init; }
}

/// <summary>Figures of one or several stories in which all was as it has to be.</summary>
internal readonly record struct ChaosResult
{
    public int Rounds { get; init; }

    public long Acknowledged { get; init; }

    public long Refused { get; init; }

    public long Unknown { get; init; }

    public int LeaderChanges { get; init; }

    /// <summary>Commands of which the log holds several copies, as far as it was still there.</summary>
    public int Repeated { get; init; }

    public static ChaosResult operator +(ChaosResult one, ChaosResult other) => new()
    {
        Rounds = one.Rounds + other.Rounds,
        Acknowledged = one.Acknowledged + other.Acknowledged,
        Refused = one.Refused + other.Refused,
        Unknown = one.Unknown + other.Unknown,
        LeaderChanges = one.LeaderChanges + other.LeaderChanges,
        Repeated = one.Repeated + other.Repeated,
    };

    public override string ToString() => $"{Rounds} strikes, {Acknowledged} writes acknowledged, {Unknown} unknown, "
        + $"{Refused} refused, {LeaderChanges} leader changes, {Repeated} commands twice in a log";
}

/// <summary>Three managers, clients that write, a fault again and again; then everything is looked at.</summary>
internal static class ChaosStory
{
    /// <param name="group">has what the fault needs; afterwards it does not run</param>
    public static async Task<ChaosResult> TellAsync(ChaosPlan plan, ChaosGroup group)
    {
        try
        {
            return await TellToTheEndAsync(plan, group);
        }
        catch
        {
            await TestContext.Out.WriteLineAsync($"{plan.Fault}, seed {plan.Seed}:\n{group.LastWords()}");
            throw;
        }
    }

    private static async Task<ChaosResult> TellToTheEndAsync(ChaosPlan plan, ChaosGroup group)
    {
        var history = new History(plan.Fault.Name);
        foreach (var turns in history.Turns)
            await group.Managers[0].Api.CreateAsync(Registers.First(turns.Name));
        var before = group.Leaderships;
        int rounds;
        await using (var load = new WriteLoad(plan.Clients, group.Apis, history, plan.Seed))
        {
            rounds = await StrikeAsync(plan, new Scene(group, history, new Random(plan.Seed)), load);
            await group.HealedAsync();
            while (history.Count(WriteOutcome.Acknowledged) <= group.SnapshotEntries)
                await history.ProgressAsync(10, "every manager is back");
            await group.HasSnapshotsAsync();
            await load.StopAsync();
        }
        var repeated = await Verdict.ReachAsync(group, history);
        return new ChaosResult
        {
            Rounds = rounds,
            Acknowledged = history.Count(WriteOutcome.Acknowledged),
            Refused = history.Count(WriteOutcome.Refused),
            Unknown = history.Count(WriteOutcome.Unknown),
            LeaderChanges = group.Leaderships - before,
            Repeated = repeated,
        };
    }

    private static async Task<int> StrikeAsync(ChaosPlan plan, Scene scene, WriteLoad load)
    {
        var clock = Stopwatch.StartNew();
        var rounds = 0;
        try
        {
            await scene.History.ProgressAsync(50, "no fault has come yet");
            for (; plan.GoesOn(rounds, clock.Elapsed); rounds++)
                await plan.Fault.StrikeAsync(scene);
            return rounds;
        }
        catch (AssertionException failed)
        {
            await TestContext.Out.WriteLineAsync(failed.Message);
            await load.StopAsync(); // a client that had to give up says more
            throw;
        }
    }
}
