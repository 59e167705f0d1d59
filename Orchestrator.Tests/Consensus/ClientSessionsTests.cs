using System.Text;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Consensus;

public sealed class ClientSessionsTests
{
    private RecordingMachine _machine = null!;
    private ReplicatedState _state = null!;
    private ulong _index;

    [SetUp]
    public void SetUp()
    {
        _machine = new RecordingMachine();
        _state = new ReplicatedState(_machine);
        _index = 0;
    }

    [Test]
    public void A_second_copy_of_a_command_is_not_applied_and_has_the_result_of_the_first()
    {
        var first = Apply(Envelope(1, "refused a"));
        var second = Apply(Envelope(1, "refused a") with { IsRetry = true });
        Assert.That(second, Is.EqualTo(first));
        Assert.That(second!.Value.Result!.Value.Refusal, Is.EqualTo(new Refusal(RefusalKind.Missing, "refused a")));
        Assert.That(_machine.Commands, Is.EqualTo(new[] { "refused a" }));
    }

    [Test]
    public void Clients_number_their_commands_independently_and_order_does_not_matter()
    {
        Apply(Envelope(2, "b", client: 7));
        Apply(Envelope(1, "a", client: 7));
        Apply(Envelope(1, "c", client: 8));
        Assert.That(_machine.Commands, Is.EqualTo(new[] { "b", "a", "c" }));
    }

    [Test]
    public void A_late_copy_of_a_command_that_nobody_waits_for_is_not_applied()
    {
        Apply(Envelope(1, "a"));
        Apply(Envelope(3, "c") with { LowestOutstanding = 3 });
        Assert.That(Apply(Envelope(1, "a"))!.Value.Result, Is.Null);
        Assert.That(Apply(Envelope(2, "given up, then found its way"))!.Value.Result, Is.Null);
        Assert.That(_machine.Commands, Is.EqualTo(new[] { "a", "c" }));
    }

    [Test]
    public void A_command_fenced_by_another_term_is_refused_and_so_is_its_copy()
    {
        var fenced = Envelope(1, "a") with { FenceTerm = 2 };
        var refused = Apply(fenced, term: 3)!.Value.Result!.Value;
        Assert.That(refused.Refusal, Is.EqualTo(new Refusal(RefusalKind.Stale, "leadership")));
        Assert.That(Apply(fenced with { IsRetry = true }, term: 2)!.Value.Result, Is.EqualTo(refused));
        Assert.That(Apply(Envelope(2, "b") with { FenceTerm = 3 }, term: 3)!.Value.Result!.Value.Accepted, Is.True);
        Assert.That(_machine.Commands, Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void The_client_that_was_silent_for_longest_is_forgotten_and_its_retry_is_not_applied()
    {
        Apply(Envelope(1, "a", client: 1));
        Apply(Envelope(1, "b", client: 2));
        Apply(Envelope(2, "c", client: 1));
        for (var other = 0UL; other < ClientSessions.MaxClients - 1; other++)
            Apply(Envelope(1, $"other {other}", client: 100 + other));
        var retryOfForgotten = Apply(Envelope(1, "b", client: 2) with { IsRetry = true, Born = 1 });
        var retryOfKnown = Apply(Envelope(2, "c", client: 1) with { IsRetry = true });
        Assert.That(retryOfForgotten!.Value.Result, Is.Null);
        Assert.That(retryOfKnown!.Value.Result!.Value.Index, Is.EqualTo(3));
    }

    [Test]
    public void A_retry_of_a_client_born_after_the_last_one_was_forgotten_is_applied()
    {
        for (var other = 0UL; other < ClientSessions.MaxClients + 2; other++)
            Apply(Envelope(1, $"other {other}", client: 100 + other));
        var result = Apply(Envelope(1, "its first copy was lost", client: 5) with { IsRetry = true, Born = _index });
        Assert.That(result!.Value.Result!.Value.Accepted, Is.True);
    }

    [Test]
    public void Sessions_come_with_the_snapshot()
    {
        Apply(Envelope(1, "a"));
        Apply(Envelope(2, "refused b"));
        var copy = new ReplicatedState(new RecordingMachine());
        copy.Restore(_index, Snapshot(_state));
        Assert.That(Snapshot(copy), Is.EqualTo(Snapshot(_state)), "the same state gives the same bytes");
        var again = Envelope(2, "refused b") with { IsRetry = true };
        Assert.That(copy.Apply(Entry(again, 1)), Is.EqualTo(_state.Apply(Entry(again, 1))));
        Assert.That(_machine.Commands, Has.Count.EqualTo(2));
    }

    [Test]
    public void Commands_and_snapshots_of_the_time_before_sessions_are_read()
    {
        var bare = new LogEntry(1, 1, EntryKind.Command, Encoding.UTF8.GetBytes("bare"));
        Assert.That(_state.Apply(bare), Is.Null);
        Assert.That(_machine.Commands, Is.EqualTo(new[] { "bare" }));
        _state.Restore(9, Encoding.UTF8.GetBytes("3 old"));
        Assert.That(_machine.Commands, Is.EqualTo(new[] { "old" }));
    }

    [Test]
    public void What_cannot_be_read_stops_the_member()
    {
        var newer = Envelope(1, "a").Encode();
        newer[1] = 2;
        Assert.That(() => _state.Apply(new LogEntry(4, 1, EntryKind.Command, newer)),
            Throws.TypeOf<LogException>().With.Message.Contains("entry 4").And.Message.Contains("version 2"));
        Assert.That(() => _state.Restore(4, new byte[] { CommandEnvelope.Mark, 1, 255, 255, 255, 127 }),
            Throws.TypeOf<LogException>().With.Message.Contains("the snapshot of index 4"));
    }

    [Test]
    public void A_client_has_a_limit_of_results()
    {
        var sessions = new ClientSessions(maxClients: 2, maxResults: 3);
        for (var sequence = 1UL; sequence <= 5; sequence++)
        {
            var envelope = Envelope(sequence, "");
            Assert.That(sessions.Begin(envelope, sequence).Answer, Is.EqualTo(SessionAnswer.New));
            sessions.End(envelope, new Applied(sequence, null));
        }
        Assert.That(sessions.Begin(Envelope(2, ""), 6).Answer, Is.EqualTo(SessionAnswer.Forgotten));
        Assert.That(sessions.Begin(Envelope(3, ""), 7).Answer, Is.EqualTo(SessionAnswer.Repeated));
        Assert.That(MessagePackSerializer.Serialize(sessions.ToImage()), Has.Length.LessThan(100));
    }

    private static CommandEnvelope Envelope(ulong sequence, string command, ulong client = 1) => new()
    {
        Client = client, Sequence = sequence, Command = Encoding.UTF8.GetBytes(command),
    };

    private AppliedCommand? Apply(CommandEnvelope envelope, ulong term = 1) => _state.Apply(Entry(envelope, term));

    private LogEntry Entry(CommandEnvelope envelope, ulong term) =>
        new(++_index, term, EntryKind.Command, envelope.Encode());

    private static byte[] Snapshot(ReplicatedState state)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        state.TakeSnapshot()(output);
        return output.WrittenSpan.ToArray();
    }
}
