namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>
/// What kind of bad world a seed stands for. Each seed leaves out some kinds of faults altogether: a world in which everything
/// fails all the time never gets far enough to break in an interesting way.
/// </summary>
internal sealed record Profile
{
    /// <summary>Share of messages that vanish, come twice, or come very late.</summary>
    public double Loss { get; private init; }
    public double Duplication { get; private init; }
    public double Lateness { get; private init; }

    /// <summary>Units of time that a message usually takes at most.</summary>
    public int Latency { get; private init; }

    /// <summary>Units of time that a flush usually takes at most.</summary>
    public int FlushTime { get; private init; }

    /// <summary>Share of flushes that hang for up to several election timeouts.</summary>
    public double Stalls { get; private init; }

    /// <summary>Share of flushes that fail, and stop the member.</summary>
    public double FlushFailures { get; private init; }

    /// <summary>Chance of a crash between any two calls on a core, and at any message.</summary>
    public double CrashPoints { get; private init; }

    /// <summary>Chance that a member takes more input before it asks its core what to do.</summary>
    public double Batching { get; private init; }

    /// <summary>Chance that committed entries wait before they are applied.</summary>
    public double ApplyLag { get; private init; }

    /// <summary>Largest share by which a member's clock is fast or slow.</summary>
    public double ClockSkew { get; private init; }

    /// <summary>Weights of what a <see cref="FaultPlan"/> and an <see cref="Operator"/> do; 0 = never.</summary>
    public int Partitions { get; private init; }
    public int Crashes { get; private init; }
    public int Pauses { get; private init; }
    public int Damages { get; private init; }
    public int Snapshots { get; private init; }
    public int MembershipChanges { get; private init; }
    public int Transfers { get; private init; }

    /// <summary>Entries of one append at most.</summary>
    public int MaxAppendEntries { get; private init; }

    /// <summary>How long the faults last.</summary>
    public int SafetyTicks { get; private init; }

    /// <summary>Mean time between two acts, in ticks.</summary>
    public int FaultInterval { get; private init; }
    public int OperatorInterval { get; private init; }

    /// <summary>Mean pause of a client between two operations, in ticks.</summary>
    public int ClientPause { get; private init; }

    public static Profile Draw(Random random)
    {
        return new Profile
        {
            Loss = Often(0.5) ? random.NextDouble() * 0.2 : 0,
            Duplication = Often(0.5) ? random.NextDouble() * 0.2 : 0,
            Lateness = Often(0.5) ? random.NextDouble() * 0.1 : 0,
            Latency = random.Next(100, Often(0.2) ? 3000 : 900),
            FlushTime = random.Next(20, Often(0.3) ? 4000 : 800),
            Stalls = Often(0.3) ? random.NextDouble() * 0.02 : 0,
            FlushFailures = Often(0.3) ? random.NextDouble() * 0.01 : 0,
            CrashPoints = Often(0.4) ? random.NextDouble() * 0.002 : 0,
            Batching = Often(0.6) ? random.NextDouble() * 0.7 : 0,
            ApplyLag = Often(0.5) ? random.NextDouble() * 0.5 : 0,
            ClockSkew = Often(0.5) ? random.NextDouble() * 0.2 : 0,
            Partitions = Often(0.7) ? random.Next(1, 10) : 0,
            Crashes = Often(0.7) ? random.Next(1, 10) : 0,
            Pauses = Often(0.4) ? random.Next(1, 5) : 0,
            Damages = Often(0.3) ? 1 : 0,
            Snapshots = Often(0.7) ? random.Next(1, 10) : 0,
            MembershipChanges = Often(0.6) ? random.Next(1, 10) : 0,
            Transfers = Often(0.5) ? random.Next(1, 3) : 0,
            MaxAppendEntries = random.Next(1, 9),
            SafetyTicks = random.Next(100, 1000),
            FaultInterval = random.Next(3, 60),
            OperatorInterval = random.Next(5, 40),
            ClientPause = random.Next(1, 8),
        };

        bool Often(double share) => random.NextDouble() < share;
    }
}
