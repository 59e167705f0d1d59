namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>How much happened in the worlds: a simulation in which nothing gets done proves nothing.</summary>
internal sealed class Activity
{
    private long _entries;
    private long _writes;
    private long _reads;
    private long _memberships;
    private long _terms;
    private long _installed;
    private long _starts;
    private long _damaged;

    public void Add(World world)
    {
        _entries += (long)world.Checker.Ledger.Count;
        _writes += world.Checker.History.CompletedWrites;
        _reads += world.Checker.History.CompletedReads;
        _memberships += world.Checker.Ledger.Memberships;
        _terms += world.Checker.Leaderships;
        _installed += world.Members.Sum(member => member.Disk.Installed);
        _starts += world.Members.Sum(member => member.Starts);
        _damaged += world.Members.Count(member => member.Disk.IsDamaged);
    }

    /// <summary>What did not happen often enough in so many worlds; null when all did.</summary>
    public string? Missing(int worlds) => (_writes, _reads, _terms, _memberships, _installed) switch
    {
        var (writes, _, _, _, _) when writes < 10L * worlds => "acknowledged writes",
        var (_, reads, _, _, _) when reads < 5L * worlds => "answered reads",
        var (_, _, terms, _, _) when terms < worlds => "changes of the leader",
        var (_, _, _, memberships, _) when memberships < worlds / 10 => "changes of the membership",
        var (_, _, _, _, installed) when installed < worlds / 10 => "installed snapshots",
        _ => _starts < 8L * worlds ? "restarts" : _damaged < worlds / 50 ? "damaged disks" : null,
    };

    public override string ToString() => $"{_entries} entries, {_writes} writes, {_reads} reads, {_memberships} memberships, "
        + $"{_terms} leaderships, {_installed} snapshots installed, {_starts} starts, {_damaged} damaged disks";
}
