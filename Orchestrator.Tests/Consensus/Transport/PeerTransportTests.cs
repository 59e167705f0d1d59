using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Transport;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Tests.Security;

namespace Orchestrator.Tests.Consensus.Transport;

/// <summary>Two members over real TLS on the loopback.</summary>
[CancelAfter(60_000)]
public sealed class PeerTransportTests
{
    private TestPki _pki = null!;
    private PeerHost _a = null!;
    private PeerHost _b = null!;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [SetUp]
    public async Task SetUp()
    {
        _pki = new TestPki(Now.AddDays(-1));
        _a = new PeerHost(0xA, _pki.Manager(Now));
        _b = new PeerHost(0xB, _pki.Manager(Now));
        _a.Attach();
        await _b.ListenAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        _pki.Dispose();
    }

    [Test]
    public async Task Messages_arrive_in_order_and_in_one_piece(CancellationToken ct)
    {
        _a.Follow(_b);
        await _a.SendUntilReceivedAsync(_b, ct);
        var large = new byte[8 * 1024 * 1024];
        new Random(1).NextBytes(large);
        _a.Transport.Send(new Message.Append(_a.Id, _b.Id, 2, default, [new LogEntry(1, 2, EntryKind.Command, large)], 0, 0));
        for (var i = 1UL; i <= 100; i++)
            _a.Transport.Send(new Message.ReadIndex(_a.Id, _b.Id, 2, i));
        var append = await NextAsync<Message.Append>(ct);
        Assert.That(append.Entries[0].Payload.Span.SequenceEqual(large), Is.True);
        for (var i = 1UL; i <= 100; i++)
            Assert.That((await NextAsync<Message.ReadIndex>(ct)).Ticket, Is.EqualTo(i));
    }

    [Test]
    public async Task A_cut_connection_is_reported_and_made_again(CancellationToken ct)
    {
        _a.Follow(_b);
        await _a.SendUntilReceivedAsync(_b, ct);
        await _a.UntilLinkAsync(_b, link => link.IsUp, ct);
        var port = int.Parse(_b.Address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        await _b.CloseAsync();
        Assert.That(await _a.LosesAsync(ct), Is.EqualTo(_b.Id));
        Assert.That(_a.Transport.LinkTo(_b.Id).IsUp, Is.False);
        await _a.UntilLinkAsync(_b, link => link.Problem.Contains("cannot reach", StringComparison.Ordinal), ct);
        await _b.ListenAsync(port);
        await _a.SendUntilReceivedAsync(_b, ct);
        await _a.UntilLinkAsync(_b, link => link is { IsUp: true, Problem: "" }, ct);
    }

    [Test]
    public async Task Who_is_not_known_yet_is_reached_where_it_says_that_it_is(CancellationToken ct)
    {
        await _a.ListenAsync();
        _b.Attach();
        foreach (var useless in new[] { "", "nonsense", "127.0.0.1", "127.0.0.1:0" })
            _b.Transport.Introduce(_a.Id, useless);
        Assert.That(_b.Transport.LinkTo(_a.Id).Problem, Is.EqualTo("its address is not known"));
        _b.Transport.Introduce(_a.Id, _a.Address);
        await _b.SendUntilReceivedAsync(_a, ct);
    }

    [Test]
    public async Task Who_is_not_where_the_log_says_is_reached_where_it_says_that_it_is(CancellationToken ct)
    {
        await _a.ListenAsync();
        _b.Attach();
        _b.Transport.Follow(new Membership
        {
            Incarnation = 7, Members = [_a.AsMember with { Address = "127.0.0.1:1" }],
        });
        await _b.UntilLinkAsync(_a, link => link.Problem.Contains("cannot reach", StringComparison.Ordinal), ct);
        _b.Transport.Introduce(_a.Id, _a.Address);
        await _b.SendUntilReceivedAsync(_a, ct);
    }

    [Test]
    public async Task Who_comes_back_is_reached_at_once_also_elsewhere([Values] bool isElsewhere, CancellationToken ct)
    {
        await _a.ListenAsync();
        var port = int.Parse(_a.Address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        await _a.CloseAsync();
        await using var patient = new PeerHost(
            0xC, _pki.Manager(Now), new PeerOptions { Retry = new Backoff(TimeSpan.FromHours(1), TimeSpan.FromHours(1)) });
        patient.Attach();
        patient.Follow(_a);
        await patient.UntilLinkAsync(_a, link => link.Problem.Contains("cannot reach", StringComparison.Ordinal), ct);
        await _a.ListenAsync(isElsewhere ? 0 : port);
        patient.Transport.Introduce(_a.Id, _a.Address);
        await patient.SendUntilReceivedAsync(_a, ct);
    }

    [Test]
    public async Task A_new_address_is_followed(CancellationToken ct)
    {
        await using var moved = new PeerHost(0xB, _pki.Manager(Now));
        await moved.ListenAsync();
        _a.Follow(_b);
        await _a.SendUntilReceivedAsync(_b, ct);
        _a.Follow(moved);
        await _a.SendUntilReceivedAsync(moved, ct);
    }

    [Test]
    public async Task Who_does_not_read_costs_no_more_than_the_queue(CancellationToken ct)
    {
        var blocked = new TaskCompletionSource();
        _b.Gate = blocked.Task;
        var options = _a.Options;
        _a.Follow(_b);
        await _a.UntilLinkAsync(_b, link => link.IsUp, ct);
        var payload = new byte[1024 * 1024];
        for (var i = 0; i < 500; i++)
            _a.Transport.Send(new Message.Forward(_a.Id, _b.Id, 1, payload));
        Assert.That(_a.Transport.QueuedTo(_b.Id), Is.LessThanOrEqualTo(options.QueuedBytes));
        blocked.SetResult();
        Assert.That((await NextAsync<Message.Forward>(ct)).Command.Length, Is.EqualTo(payload.Length));
    }

    [Test]
    public async Task Another_incarnation_is_refused(CancellationToken ct)
    {
        _b.Status = _b.Status with { Membership = new Membership { Incarnation = 8 } };
        await ExpectRefusalAsync("another incarnation of the cluster", ct);
    }

    [Test]
    public async Task A_removed_member_is_refused_and_a_standing_stream_ends(CancellationToken ct)
    {
        _a.Follow(_b);
        await _a.SendUntilReceivedAsync(_b, ct);
        await _a.UntilLinkAsync(_b, link => link.IsUp, ct);
        _b.Status = _b.Status with { Committed = _b.Status.Membership with { Removed = [_a.Id] } };
        _a.Transport.Send(new Message.ReadIndex(_a.Id, _b.Id, 1, 1));
        Assert.That(await _a.LosesAsync(ct), Is.EqualTo(_b.Id));
        await _a.UntilLinkAsync(_b, link => link.Problem.Contains("was removed from the managers", StringComparison.Ordinal), ct);
    }

    [Test]
    public async Task A_removed_member_still_says_farewell_on_a_standing_stream(CancellationToken ct)
    {
        _a.Follow(_b);
        await _a.SendUntilReceivedAsync(_b, ct);
        _b.Status = _b.Status with { Committed = _b.Status.Membership with { Removed = [_a.Id] } };
        _a.Transport.Send(new Message.AppendReply(_a.Id, _b.Id, 2, Accepted: true, default, ReadRound: 9));
        Assert.That((await NextAsync<Message.AppendReply>(ct)).ReadRound, Is.EqualTo(9));
    }

    [Test]
    public async Task A_member_whose_removal_is_not_committed_is_heard_under_its_own_certificate_only(CancellationToken ct)
    {
        var members = new Membership { Incarnation = 7, Members = [_a.AsMember] };
        _b.Status = _b.Status with { Committed = members, Membership = members.Remove(_a.Id) };
        _a.Follow(_b);
        await _a.SendUntilReceivedAsync(_b, ct);
        await using var impostor = new PeerHost(0xA, _pki.Manager(Now));
        impostor.Attach();
        impostor.Follow(_b);
        await impostor.UntilLinkAsync(_b, link => link.Problem.Contains("but the certificate is of node", StringComparison.Ordinal), ct);
    }

    [Test]
    public async Task A_stream_for_somebody_else_is_refused(CancellationToken ct)
    {
        _b.Status = _b.Status with { Self = new MemberId(0xBB) };
        await ExpectRefusalAsync("this is member bb, not b", ct);
    }

    [Test]
    public async Task The_certificate_must_be_that_of_the_member_s_node(CancellationToken ct)
    {
        var impostor = new Member(_a.Id, "another-node", "", true);
        _b.Status = _b.Status with { Membership = new Membership { Incarnation = 7, Members = [impostor] } };
        await ExpectRefusalAsync("but the certificate is of node", ct);
    }

    [Test]
    public async Task A_host_that_takes_no_part_yet_says_so(CancellationToken ct)
    {
        _b.Receiver = null;
        await ExpectRefusalAsync("not ready yet", ct);
    }

    [Test]
    public async Task A_worker_is_refused(CancellationToken ct)
    {
        await using var worker = new PeerHost(0xC, _pki.Node(NodeRole.Worker, Now));
        worker.Attach();
        worker.Follow(_b);
        await worker.UntilLinkAsync(_b, link => link.Problem.Contains("only managers", StringComparison.Ordinal), ct);
    }

    [Test]
    public async Task A_node_that_is_no_manager_any_more_is_refused_and_its_standing_stream_ends(CancellationToken ct)
    {
        _a.Follow(_b);
        await _a.SendUntilReceivedAsync(_b, ct);
        await _a.UntilLinkAsync(_b, link => link.IsUp, ct);
        _b.IsManager = peer => peer.NodeId.Value != _a.AsMember.Node;
        _a.Transport.Send(new Message.ReadIndex(_a.Id, _b.Id, 1, 1));
        Assert.That(await _a.LosesAsync(ct), Is.EqualTo(_b.Id));
        await _a.UntilLinkAsync(_b, link => link.Problem.Contains("is not a manager (any more)", StringComparison.Ordinal), ct);
    }

    [Test]
    public async Task Who_has_left_still_gets_the_last_messages(CancellationToken ct)
    {
        _a.Follow(_b);
        await _a.SendUntilReceivedAsync(_b, ct);
        _a.Follow();
        _a.Transport.Send(new Message.ReadIndex(_a.Id, _b.Id, 2, 9));
        Assert.That((await NextAsync<Message.ReadIndex>(ct)).Ticket, Is.EqualTo(9));
    }

    private async Task ExpectRefusalAsync(string text, CancellationToken ct)
    {
        _a.Follow(_b);
        await _a.UntilLinkAsync(_b, link => link.Problem.Contains(text, StringComparison.Ordinal), ct);
        Assert.That(_a.Transport.LinkTo(_b.Id).IsUp, Is.False);
    }

    private async Task<T> NextAsync<T>(CancellationToken ct) where T : Message
    {
        while (true)
            if (await _b.ReceiveAsync(ct) is T message)
                return message;
    }
}
