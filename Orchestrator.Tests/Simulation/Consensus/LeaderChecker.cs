using System.Runtime.CompilerServices;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>Rules about who leads, and for how long without being entitled to.</summary>
internal sealed class LeaderChecker(Ledger ledger, MembershipChecker memberships, Terms terms)
{
    private readonly Dictionary<ulong, MemberProcess> _leaders = [];
    private readonly ConditionalWeakTable<MemberProcess, Seen> _seen = [];

    public int Count => _leaders.Count;

    public void Observe(MemberProcess process)
    {
        var seen = _seen.GetOrCreateValue(process);
        RequireOnlyForward(process, seen);
        if (!process.Leads)
        {
            seen.LeadsSince = null;
            return;
        }
        if (seen.LeadsSince is null || seen.Term != seen.LeadsInTerm)
            Begin(process, seen);
        RequireLivingDisk(process, seen.LeadsSince!.Value);
        if (!ReferenceEquals(seen.Membership, process.Core.Membership))
            (seen.Membership, seen.MembershipSince) = (process.Core.Membership, process.Ticks);
        RequireQuorum(process, Math.Max(seen.LeadsSince.Value, seen.MembershipSince));
    }

    private void RequireOnlyForward(MemberProcess process, Seen seen)
    {
        var core = process.Core;
        SafetyViolation.Unless(core.Term >= seen.Term, "terms only grow", () => $"{Name(process)} {seen.Term} -> {core.Term}");
        SafetyViolation.Unless(core.CommitIndex >= seen.Commit, "the commit index never falls",
            () => $"{Name(process)} {seen.Commit} -> {core.CommitIndex}");
        SafetyViolation.Unless(core.AppliedIndex <= core.CommitIndex && core.CommitIndex <= core.LastPosition.Index,
            "applied <= committed <= last",
            () => $"{Name(process)} {core.AppliedIndex}, {core.CommitIndex}, {core.LastPosition.Index}");
        SafetyViolation.Unless(!process.Leads || core.CommitIndex == seen.Commit || core.CommitIndex >= terms.FirstIndex(core.Term),
            "older terms are committed only with an entry of the own", () => $"{Name(process)} {seen.Commit} -> {core.CommitIndex}");
        SafetyViolation.Unless(core.LostData is null, "no healthy disk is called bad", () => $"{Name(process)} {core.LostData}");
        seen.Term = core.Term;
        seen.Commit = core.CommitIndex;
    }

    private void Begin(MemberProcess process, Seen seen)
    {
        var core = process.Core;
        seen.LeadsSince = process.Ticks;
        seen.LeadsInTerm = core.Term;
        SafetyViolation.Unless(_leaders.TryAdd(core.Term, process) || _leaders[core.Term] == process,
            "election safety", () => $"{Name(process)} leads in term {core.Term}, as did {Name(_leaders[core.Term])}");
        SafetyViolation.Unless(core.LastPosition.Index >= ledger.LastBefore(core.Term), "leader completeness",
            () => $"{Name(process)} leads term {core.Term} with a log to {core.LastPosition}; {ledger.Count} are committed");
        // One whose office ends with an entry that is not committed yet may be the only one who has that entry.
        var id = process.Member.Id;
        SafetyViolation.Unless(core.Membership.IsVoter(id) || memberships.Before(core.Membership)?.IsVoter(id) == true,
            "only voters lead", () => Name(process));
    }

    /// <summary>A flush that has not come back for an election timeout takes a leader's office.</summary>
    private static void RequireLivingDisk(MemberProcess process, long since)
    {
        if (process.Flushes.Since is not { } flushing)
            return;
        var hung = process.Ticks - Math.Max(flushing, since);
        SafetyViolation.Unless(hung <= World.ElectionTicks + 1, "a leader whose disk hangs steps down",
            () => $"{Name(process)} leads term {process.Core.Term}, its flush has been out for {hung} ticks");
    }

    /// <summary>Two timeouts, because the core may look only once in each.</summary>
    /// <param name="since">when it began to lead this very membership, in own ticks</param>
    private static void RequireQuorum(MemberProcess process, long since)
    {
        if (process.Ticks - since <= 2 * World.ElectionTicks)
            return;
        var voters = 0;
        var heard = 0;
        foreach (var member in process.Core.Membership.Members)
        {
            if (!member.Votes)
                continue;
            voters++;
            if (member.Id == process.Member.Id
                || (process.Heard.TryGetValue(member.Id, out var at) && process.Ticks - at <= 2 * World.ElectionTicks))
                heard++;
        }
        SafetyViolation.Unless(heard > voters / 2, "a leader without a quorum steps down",
            () => $"{Name(process)} leads term {process.Core.Term} and hears {heard} of {voters}");
    }

    private static string Name(MemberProcess process) => $"member {process.Member.Id}";

    /// <summary>What was last seen of one life of a member.</summary>
    private sealed class Seen
    {
        public ulong Term { get; set; }
        public ulong Commit { get; set; }
        public long? LeadsSince { get; set; }
        public ulong LeadsInTerm { get; set; }
        public Membership? Membership { get; set; }
        public long MembershipSince { get; set; }
    }
}
