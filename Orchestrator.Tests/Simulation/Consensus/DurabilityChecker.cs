using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>Rules about what a member may say: nothing that a crash in the next moment would make untrue.</summary>
internal sealed class DurabilityChecker
{
    private readonly Dictionary<(MemberId Voter, ulong Term), MemberId> _votes = [];

    public static void Flushing(MemberProcess process, Flush flush)
    {
        if (flush.HardState is not { } next)
            return;
        var old = process.Member.Disk.HardState;
        SafetyViolation.Unless(next.Term > old.Term || (next.Term == old.Term && (old.Vote.IsNone || old.Vote == next.Vote)),
            "hard state only grows", () => $"{process.Member.Id} {old} -> {next}");
    }

    /// <summary>Remembers each vote that ever was durable.</summary>
    public void Flushed(SimulatedMember member)
    {
        var (term, vote) = member.Disk.HardState;
        if (vote.IsNone)
            return;
        SafetyViolation.Unless(_votes.TryAdd((member.Id, term), vote) || _votes[(member.Id, term)] == vote,
            "one vote a term", () => $"{member.Id} in term {term}: {_votes[(member.Id, term)]}, then {vote}");
    }

    public void Sending(MemberProcess process, Message message)
    {
        var member = process.Member;
        SafetyViolation.Unless(message.From == member.Id && message.To != member.Id, "members speak for themselves",
            () => $"{member.Id} sends {message}");
        // These bind nobody.
        if (message is Message.PreVote or Message.PreVoteReply)
            return;
        Flushed(member);
        Backed(message, message.Term <= member.Disk.HardState.Term);
        switch (message)
        {
            case Message.Vote:
                Backed(message, Voted(member.Id, message.Term, member.Id));
                break;
            case Message.VoteReply { Granted: true }:
                Backed(message, Voted(member.Id, message.Term, message.To));
                break;
            case Message.AppendReply { Accepted: true } reply:
                Backed(message, member.Disk.Holds(reply.Match));
                break;
            // "Installed" only says from where the log may be tried.
            case Message.SnapshotReply { Installed: false } reply:
                Backed(message, member.Disk.Received(reply.Position) >= reply.Next);
                break;
        }
    }

    private bool Voted(MemberId voter, ulong term, MemberId candidate) =>
        _votes.TryGetValue((voter, term), out var vote) && vote == candidate;

    private static void Backed(Message message, bool isBacked) =>
        SafetyViolation.Unless(isBacked, "durable before sent", () => $"{message}");
}
