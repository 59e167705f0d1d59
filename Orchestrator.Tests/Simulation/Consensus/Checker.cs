using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>All rules of the safety phase, asked after every event. It sees more than any member does: all disks, all history.</summary>
internal sealed class Checker
{
    private readonly LeaderChecker _leaders;
    private readonly LogChecker _logs;
    private readonly DurabilityChecker _durability = new();
    private readonly QueueChecker _queues = new();

    public Checker(World world, Membership first)
    {
        History = new LinearizabilityChecker();
        Ledger = new Ledger(History);
        var terms = new Terms();
        Memberships = new MembershipChecker(first, terms);
        _leaders = new LeaderChecker(Ledger, Memberships, terms);
        _logs = new LogChecker(world, Ledger, Memberships, terms);
    }

    public LinearizabilityChecker History { get; }

    public Ledger Ledger { get; }

    public MembershipChecker Memberships { get; }

    /// <summary>How many terms had a leader.</summary>
    public int Leaderships => _leaders.Count;

    /// <summary>The core of the process has just been told something.</summary>
    public void Observe(MemberProcess process) => _leaders.Observe(process);

    /// <summary>The process is about to do this.</summary>
    public void Took(MemberProcess process, Ready ready)
    {
        if (ready.Flush is { } flush)
        {
            DurabilityChecker.Flushing(process, flush);
            _logs.Flushing(process, flush);
        }
        foreach (var message in ready.Messages)
        {
            _durability.Sending(process, message);
            if (message is Message.Append append)
                _logs.Sending(process, append);
        }
        _queues.Took(process, ready);
        foreach (var entry in ready.Committed)
            _logs.Committed(process, entry);
    }

    /// <summary>The process's disk has a new content.</summary>
    public void Flushed(MemberProcess process) => _durability.Flushed(process.Member);

    /// <summary>The process's state machine has a new state.</summary>
    public void Applied(MemberProcess process) => Ledger.RequireSame(process);
}
