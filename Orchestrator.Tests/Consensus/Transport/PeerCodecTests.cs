using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Transport;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Consensus.Transport;

public sealed class PeerCodecTests
{
    private static readonly MemberId From = new(0xA);
    private static readonly MemberId To = new(0xB);

    private static readonly Membership Members = new()
    {
        Incarnation = 7,
        Members = [new Member(From, "node-a", "10.0.0.1:2377", true), new Member(To, "node-b", "[::1]:2377", false)],
        Removed = [new MemberId(3)],
    };

    private static readonly Message[] Messages =
    [
        new Message.PreVote(From, To, 5, new LogPosition(9, 4)),
        new Message.PreVoteReply(From, To, 5, true),
        new Message.Vote(From, To, ulong.MaxValue, new LogPosition(ulong.MaxValue, 4), true),
        new Message.VoteReply(From, To, 5, false),
        new Message.Append(From, To, 5, new LogPosition(9, 4), [], 8, 77) { Acknowledged = 6 },
        new Message.Append(From, To, 5, new LogPosition(9, 4),
            [new LogEntry(10, 5, EntryKind.Empty, default), new LogEntry(11, 5, EntryKind.Command, new byte[] { 1, 2 })], 8, 77),
        new Message.AppendReply(From, To, 5, true, new LogPosition(11, 5), 77),
        new Message.AppendReply(From, To, 5, false, new LogPosition(3, 2), 0) { Refused = 9 },
        new Message.SnapshotChunk(From, To, 5, new LogPosition(100, 4), 3, 5, new byte[] { 4, 5 }) { Membership = Members },
        new Message.SnapshotReply(From, To, 5, new LogPosition(100, 4), 5, true),
        new Message.TimeoutNow(From, To, 5),
        new Message.Forward(From, To, 5, new byte[] { 9, 8, 7 }) { Ticket = 12 },
        new Message.ForwardRefused(From, To, 5, 12, ProposeResult.Overloaded),
        new Message.ReadIndex(From, To, 5, 13),
        new Message.ReadIndexReply(From, To, 5, 13, 11),
    ];

    [TestCaseSource(nameof(Messages))]
    public void A_message_comes_out_as_it_went_in(object sent)
    {
        var message = (Message)sent;
        var bytes = MessagePackSerializer.Serialize(PeerCodec.ToFrame(message));
        var read = PeerCodec.ToMessage(MessagePackSerializer.Deserialize<PeerFrame>(bytes), From, To)!;
        Assert.That(Canonical(read), Is.EqualTo(Canonical(message)));
        Assert.That(PeerCodec.SizeOf(message), Is.InRange(bytes.Length - 200, bytes.Length + 200));
    }

    [Test]
    public void Every_kind_of_message_is_tried()
    {
        var kinds = typeof(Message).GetNestedTypes(System.Reflection.BindingFlags.NonPublic)
            .Where(type => type.IsSubclassOf(typeof(Message)));
        Assert.That(Messages.Select(message => message.GetType()).Distinct(), Is.EquivalentTo(kinds));
    }

    [Test]
    public void The_sender_is_whom_the_stream_belongs_to()
    {
        var frame = PeerCodec.ToFrame(new Message.TimeoutNow(new MemberId(66), new MemberId(67), 5));
        var read = PeerCodec.ToMessage(frame, From, To)!;
        Assert.That((read.From, read.To), Is.EqualTo((From, To)));
    }

    [Test]
    public void A_kind_of_a_newer_version_is_passed_over() =>
        Assert.That(PeerCodec.ToMessage(new PeerFrame { Kind = (PeerFrameKind)99 }, From, To), Is.Null);

    private static readonly PeerFrame[] Nonsense =
    [
        new() { Kind = PeerFrameKind.Append, Entries = [new PeerEntry { Kind = 200 }] },
        new() { Kind = PeerFrameKind.Append, Entries = [new PeerEntry { Kind = 257 }] },
        new() { Kind = PeerFrameKind.Append, Index = ulong.MaxValue, Entries = [new PeerEntry { Kind = 1 }] },
        new() { Kind = PeerFrameKind.SnapshotChunk, Offset = -1, Total = 5 },
        new() { Kind = PeerFrameKind.SnapshotChunk, Offset = 4, Total = 5, Bytes = new byte[2] },
        new() { Kind = PeerFrameKind.SnapshotChunk, Offset = 0, Total = 5, Membership = new byte[] { 77 } },
        new() { Kind = PeerFrameKind.SnapshotReply, Offset = -1 },
    ];

    [TestCaseSource(nameof(Nonsense))]
    public void Nonsense_is_refused(PeerFrame frame) =>
        Assert.That(() => PeerCodec.ToMessage(frame, From, To), Throws.TypeOf<InvalidDataException>());

    [Test]
    public void A_refusal_without_sense_is_a_refusal_all_the_same()
    {
        var frame = new PeerFrame { Kind = PeerFrameKind.ForwardRefused, Why = 99 };
        Assert.That(((Message.ForwardRefused)PeerCodec.ToMessage(frame, From, To)!).Why, Is.EqualTo(ProposeResult.NoLeader));
    }

    /// <summary>Records compare arrays by reference: their text and bytes are compared instead.</summary>
    private static string Canonical(Message message) =>
        message.GetType().Name + Convert.ToHexString(MessagePackSerializer.Serialize(PeerCodec.ToFrame(message)))
        + $" {message.From} {message.To} {message.Term}";
}
