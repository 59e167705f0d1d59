using System.Diagnostics;
using System.Text;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>What members do, in one line each.</summary>
internal static class CoreTrace
{
    public static string Describe(LogPosition position) => $"{position.Index}@{position.Term}";

    public static string Describe(LogEntry entry) => Describe(entry.Position) + entry.Kind switch
    {
        EntryKind.Command => " " + Encoding.UTF8.GetString(entry.Payload.Span),
        EntryKind.Empty => " -",
        EntryKind.Membership => " " + Describe(MembershipCodec.Decode(entry.Payload.Span)),
    };

    public static string Describe(Membership membership)
    {
        var members = membership.Members.Select(member => member.Id + (member.Votes ? "" : "(learner)"));
        var removed = membership.Removed.IsEmpty ? "" : " without " + string.Join(',', membership.Removed);
        return $"members {string.Join(',', members)}{removed}";
    }

    public static string Describe(Flush flush)
    {
        string?[] parts =
        [
            flush.Chunk is { } chunk ? $"bytes {chunk.Offset}..{chunk.Offset + chunk.Bytes.Length} of snapshot "
                + Describe(chunk.Position) + (flush.Installs ? ", installs it" : "") : null,
            flush.HardState is { } state ? $"term {state.Term} vote {state.Vote}" : null,
            flush.Entries.IsEmpty ? null : Describe(flush.Entries),
        ];
        return string.Join(", ", parts.Where(part => part is not null));
    }

    public static string Describe(Message message) => $"{message.From}→{message.To} t{message.Term} " + message switch
    {
        Message.PreVote ask => $"PreVote? my log ends at {Describe(ask.Last)}",
        Message.PreVoteReply reply => reply.Granted ? "PreVote: yes" : "PreVote: no",
        Message.Vote ask => $"Vote{(ask.IsTransfer ? " (transfer)" : "")}? my log ends at {Describe(ask.Last)}",
        Message.VoteReply reply => reply.Granted ? "Vote: yes" : "Vote: no",
        Message.Append append => $"Append behind {Describe(append.Previous)} {Describe(append.Entries)}"
            + $" commit {append.Commit}" + (append.ReadRound == 0 ? "" : $" round {append.ReadRound}"),
        Message.AppendReply reply => (reply.Accepted
            ? $"has {Describe(reply.Match)}" : $"lacks {reply.Refused}, try {Describe(reply.Match)}")
            + (reply.ReadRound == 0 ? "" : $" round {reply.ReadRound}"),
        Message.SnapshotChunk chunk => $"Snapshot {Describe(chunk.Position)} bytes {chunk.Offset}.."
            + $"{chunk.Offset + chunk.Bytes.Length} of {chunk.Total}",
        Message.SnapshotReply reply => $"snapshot {Describe(reply.Position)} "
            + (reply.Installed ? "is in place" : $"wanted from byte {reply.Next}"),
        Message.TimeoutNow => "TimeoutNow",
        Message.Forward forward => $"Forward {forward.Ticket} {Encoding.UTF8.GetString(forward.Command.Span)}",
        Message.ForwardRefused refused => $"refuses {refused.Ticket}: {refused.Why}",
        Message.ReadIndex read => $"ReadIndex {read.Ticket}?",
        Message.ReadIndexReply reply => $"ReadIndex {reply.Ticket}: {reply.Index}",
        _ => throw new UnreachableException(),
    };

    private static string Describe(ImmutableArray<LogEntry> entries) =>
        entries.IsEmpty ? "[]" : $"[{string.Join(", ", entries.Select(Describe))}]";
}
