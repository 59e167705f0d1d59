using System.Diagnostics;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Transport;

/// <summary>Messages of the core as frames of the wire.</summary>
internal static class PeerCodec
{
    /// <summary>More than this is never announced for a frame's slots besides payloads.</summary>
    private const int FrameOverhead = 128;

    private const int EntryOverhead = 24;

    /// <summary>About as many bytes as the message takes in memory and on the wire.</summary>
    public static int SizeOf(Message message) => FrameOverhead + message switch
    {
        Message.Append append => SizeOf(append.Entries),
        Message.SnapshotChunk chunk => chunk.Bytes.Length,
        Message.Forward forward => forward.Command.Length,
        _ => 0,
    };

    public static PeerFrame ToFrame(Message message)
    {
        var frame = new PeerFrame { Term = message.Term };
        return message switch
        {
            Message.PreVote vote => At(frame, vote.Last) with { Kind = PeerFrameKind.PreVote },
            Message.PreVoteReply reply => frame with { Kind = PeerFrameKind.PreVoteReply, Yes = reply.Granted },
            Message.Vote vote => At(frame, vote.Last) with { Kind = PeerFrameKind.Vote, Yes = vote.IsTransfer },
            Message.VoteReply reply => frame with { Kind = PeerFrameKind.VoteReply, Yes = reply.Granted },
            Message.Append append => ToFrame(append, frame),
            Message.AppendReply reply => ToFrame(reply, frame),
            Message.SnapshotChunk chunk => ToFrame(chunk, frame),
            Message.SnapshotReply reply => ToFrame(reply, frame),
            Message.TimeoutNow => frame with { Kind = PeerFrameKind.TimeoutNow },
            Message.Forward forward => frame with
            {
                Kind = PeerFrameKind.Forward, Bytes = forward.Command, Ticket = forward.Ticket,
            },
            Message.ForwardRefused refused => frame with
            {
                Kind = PeerFrameKind.ForwardRefused, Ticket = refused.Ticket, Why = (int)refused.Why,
            },
            Message.ReadIndex read => frame with { Kind = PeerFrameKind.ReadIndex, Ticket = read.Ticket },
            Message.ReadIndexReply reply => frame with
            {
                Kind = PeerFrameKind.ReadIndexReply, Ticket = reply.Ticket, Index = reply.Index,
            },
            _ => throw new UnreachableException(),
        };
    }

    /// <returns>null for a kind that a newer version may know</returns>
    /// <exception cref="InvalidDataException">no sensible message</exception>
    public static Message? ToMessage(PeerFrame frame, MemberId from, MemberId to)
    {
        var position = new LogPosition(frame.Index, frame.IndexTerm);
        var term = frame.Term;
        return frame.Kind switch
        {
            PeerFrameKind.PreVote => new Message.PreVote(from, to, term, position),
            PeerFrameKind.PreVoteReply => new Message.PreVoteReply(from, to, term, frame.Yes),
            PeerFrameKind.Vote => new Message.Vote(from, to, term, position, frame.Yes),
            PeerFrameKind.VoteReply => new Message.VoteReply(from, to, term, frame.Yes),
            PeerFrameKind.Append => new Message.Append(
                from, to, term, position, EntriesOf(frame), frame.Commit, frame.ReadRound)
            {
                Acknowledged = frame.Acknowledged,
            },
            PeerFrameKind.AppendReply => new Message.AppendReply(
                from, to, term, frame.Yes, position, frame.ReadRound) { Refused = frame.Refused },
            PeerFrameKind.SnapshotChunk => ChunkOf(frame, from, to),
            PeerFrameKind.SnapshotReply => new Message.SnapshotReply(
                from, to, term, position, AtLeastZero(frame.Offset), frame.Yes),
            PeerFrameKind.TimeoutNow => new Message.TimeoutNow(from, to, term),
            PeerFrameKind.Forward => new Message.Forward(from, to, term, frame.Bytes) { Ticket = frame.Ticket },
            PeerFrameKind.ForwardRefused => new Message.ForwardRefused(from, to, term, frame.Ticket, WhyOf(frame)),
            PeerFrameKind.ReadIndex => new Message.ReadIndex(from, to, term, frame.Ticket),
            PeerFrameKind.ReadIndexReply => new Message.ReadIndexReply(from, to, term, frame.Ticket, frame.Index),
            _ => null,
        };
    }

    private static int SizeOf(ImmutableArray<LogEntry> entries)
    {
        var bytes = 0;
        foreach (var entry in entries)
            bytes += EntryOverhead + entry.Payload.Length;
        return bytes;
    }

    private static PeerFrame At(PeerFrame frame, LogPosition position) =>
        frame with { Index = position.Index, IndexTerm = position.Term };

    private static PeerFrame ToFrame(Message.Append append, PeerFrame frame) => At(frame, append.Previous) with
    {
        Kind = PeerFrameKind.Append,
        Entries = [.. append.Entries.Select(ToEntry)],
        Commit = append.Commit,
        ReadRound = append.ReadRound,
        Acknowledged = append.Acknowledged,
    };

    private static PeerFrame ToFrame(Message.AppendReply reply, PeerFrame frame) => At(frame, reply.Match) with
    {
        Kind = PeerFrameKind.AppendReply,
        Yes = reply.Accepted,
        ReadRound = reply.ReadRound,
        Refused = reply.Refused,
    };

    private static PeerFrame ToFrame(Message.SnapshotChunk chunk, PeerFrame frame) => At(frame, chunk.Position) with
    {
        Kind = PeerFrameKind.SnapshotChunk,
        Bytes = chunk.Bytes,
        Offset = chunk.Offset,
        Total = chunk.Total,
        Membership = MembershipCodec.Encode(chunk.Membership),
    };

    private static PeerFrame ToFrame(Message.SnapshotReply reply, PeerFrame frame) => At(frame, reply.Position) with
    {
        Kind = PeerFrameKind.SnapshotReply,
        Offset = reply.Next,
        Yes = reply.Installed,
    };

    private static PeerEntry ToEntry(LogEntry entry) =>
        new() { Term = entry.Term, Kind = (int)entry.Kind, Payload = entry.Payload };

    private static ImmutableArray<LogEntry> EntriesOf(PeerFrame frame)
    {
        if (frame.Index > ulong.MaxValue - (ulong)frame.Entries.Length)
            throw new InvalidDataException($"entries behind index {frame.Index}");
        var entries = ImmutableArray.CreateBuilder<LogEntry>(frame.Entries.Length);
        foreach (var entry in frame.Entries)
        {
            var kind = (EntryKind)entry.Kind;
            if ((int)kind != entry.Kind || !Enum.IsDefined(kind))
                throw new InvalidDataException($"an entry of kind {entry.Kind}, which this version does not know");
            entries.Add(new LogEntry(frame.Index + (ulong)entries.Count + 1, entry.Term, kind, entry.Payload));
        }
        return entries.MoveToImmutable();
    }

    private static Message.SnapshotChunk ChunkOf(PeerFrame frame, MemberId from, MemberId to)
    {
        var total = AtLeastZero(frame.Total);
        if (AtLeastZero(frame.Offset) > total - frame.Bytes.Length)
            throw new InvalidDataException(
                $"a piece of {frame.Bytes.Length} bytes at {frame.Offset} of a snapshot of {total} bytes");
        var position = new LogPosition(frame.Index, frame.IndexTerm);
        return new Message.SnapshotChunk(from, to, frame.Term, position, frame.Offset, total, frame.Bytes)
        {
            Membership = MembershipCodec.Decode(frame.Membership.Span),
        };
    }

    private static ProposeResult WhyOf(PeerFrame frame)
    {
        var why = (ProposeResult)frame.Why;
        return Enum.IsDefined(why) && why != ProposeResult.Accepted ? why : ProposeResult.NoLeader;
    }

    private static long AtLeastZero(long value) =>
        value >= 0 ? value : throw new InvalidDataException($"{value} where only 0 and more makes sense");
}
