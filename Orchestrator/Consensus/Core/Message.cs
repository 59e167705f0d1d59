namespace Orchestrator.Consensus.Core;

/// <summary>What members say to each other. Any of them may be lost, late, doubled or out of order.</summary>
/// <param name="From">whose message it is</param>
/// <param name="To">for whom</param>
/// <param name="Term">the sender's term; of a pre-vote and its granting answer: the term that is asked for</param>
internal abstract record Message(MemberId From, MemberId To, ulong Term)
{
    /// <summary>
    /// A removed member may still say it: that it has heard of it; a leader that removed itself names its heir.
    /// </summary>
    public bool MayBeFarewell() => this is AppendReply or TimeoutNow;

    /// <summary>Would you vote for me? Nothing is bound by the answer.</summary>
    /// <param name="Last">end of the candidate's log</param>
    internal sealed record PreVote(MemberId From, MemberId To, ulong Term, LogPosition Last) : Message(From, To, Term);

    internal sealed record PreVoteReply(MemberId From, MemberId To, ulong Term, bool Granted) : Message(From, To, Term);

    /// <param name="IsTransfer">the leader asked for it: its presence is no reason to refuse</param>
    internal sealed record Vote(MemberId From, MemberId To, ulong Term, LogPosition Last, bool IsTransfer)
        : Message(From, To, Term);

    internal sealed record VoteReply(MemberId From, MemberId To, ulong Term, bool Granted) : Message(From, To, Term);

    /// <summary>Entries behind a common place; without entries: a heartbeat or news of the commit index.</summary>
    /// <param name="Previous">where the entries join</param>
    /// <param name="Commit">the leader's commit index; the receiver takes what it is sure to share</param>
    /// <param name="ReadRound">echoed by the answer; rounds only grow within a term</param>
    internal sealed record Append(
        MemberId From, MemberId To, ulong Term, LogPosition Previous, ImmutableArray<LogEntry> Entries, ulong Commit,
        ulong ReadRound) : Message(From, To, Term)
    {
        /// <summary>
        /// What the receiver has acknowledged as durable in this term; a receiver whose log ends before has lost data.
        /// </summary>
        public ulong Acknowledged { get; init; }
    }

    /// <param name="Accepted">false: <see cref="Append.Previous"/> is not in the log</param>
    /// <param name="Match">accepted: what is durable here and the same as the leader's; refused: a place from where the
    /// leader may try again, found by skipping a term at a time</param>
    internal sealed record AppendReply(
        MemberId From, MemberId To, ulong Term, bool Accepted, LogPosition Match, ulong ReadRound)
        : Message(From, To, Term)
    {
        /// <summary>Of a refusal: the index that was refused, so that a late answer can be told.</summary>
        public ulong Refused { get; init; }
    }

    /// <summary>A piece of a snapshot, for a member whose next entry is not kept any more.</summary>
    /// <param name="Position">what the snapshot stands for</param>
    /// <param name="Offset">of the piece, in bytes</param>
    /// <param name="Total">bytes of the whole snapshot</param>
    internal sealed record SnapshotChunk(
        MemberId From, MemberId To, ulong Term, LogPosition Position, long Offset, long Total,
        ReadOnlyMemory<byte> Bytes) : Message(From, To, Term)
    {
        /// <summary>The members as of <see cref="Position"/>.</summary>
        public required Membership Membership { get; init; }

        /// <summary>The whole is there with this piece.</summary>
        public bool IsLast => Offset + Bytes.Length == Total;
    }

    /// <param name="Next">how many bytes of that snapshot are durable here: where to go on</param>
    /// <param name="Installed">the whole is in place; the log goes on behind it</param>
    internal sealed record SnapshotReply(
        MemberId From, MemberId To, ulong Term, LogPosition Position, long Next, bool Installed)
        : Message(From, To, Term);

    /// <summary>The leader gives its office to the receiver, whose log is complete.</summary>
    internal sealed record TimeoutNow(MemberId From, MemberId To, ulong Term) : Message(From, To, Term);

    /// <summary>A command that a follower passes on; what became of it shows in the log.</summary>
    internal sealed record Forward(MemberId From, MemberId To, ulong Term, ReadOnlyMemory<byte> Command)
        : Message(From, To, Term)
    {
        /// <summary>Chosen by the sender, to know a <see cref="ForwardRefused"/>.</summary>
        public ulong Ticket { get; init; }
    }

    /// <summary>The command was not taken; it is not in the log.</summary>
    internal sealed record ForwardRefused(MemberId From, MemberId To, ulong Term, ulong Ticket, ProposeResult Why)
        : Message(From, To, Term);

    /// <summary>A follower asks for the commit index, confirmed by a quorum.</summary>
    /// <param name="Ticket">chosen by the sender, echoed; never used twice</param>
    internal sealed record ReadIndex(MemberId From, MemberId To, ulong Term, ulong Ticket) : Message(From, To, Term);

    /// <param name="Index">0: refused, the receiver of the question does not lead (any more)</param>
    internal sealed record ReadIndexReply(MemberId From, MemberId To, ulong Term, ulong Ticket, ulong Index)
        : Message(From, To, Term);
}

/// <summary>What became of a wish to add to the log. Sent: numbers never change.</summary>
internal enum ProposeResult
{
    /// <summary>It is in the leader's log; it counts when it comes out as committed.</summary>
    Accepted = 0,

    /// <summary>This member does not lead and knows nobody who does.</summary>
    NoLeader = 1,

    /// <summary>More than <see cref="RaftOptions.MaxEntryBytes"/>.</summary>
    TooLarge = 2,

    /// <summary>Too many bytes wait for a quorum.</summary>
    Overloaded = 3,

    /// <summary>The leader is giving its office to another: ask again.</summary>
    Transferring = 4,

    /// <summary>Membership only: another change is under way, or nothing of the leader's term is committed.</summary>
    ChangeInProgress = 5,

    /// <summary>Membership only: not one step from the present one, or it names a removed member.</summary>
    NotAllowed = 6,
}
