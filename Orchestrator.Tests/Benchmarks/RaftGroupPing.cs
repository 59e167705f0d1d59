using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Transport;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Tests.Consensus.Transport;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>
/// Round trips to a manager's process on the streams that managers use: a stranger with a manager's certificate asks about
/// a term that is long over, and is told so at once.
/// </summary>
internal static class RaftGroupPing
{
    private const ulong Stranger = 1;
    private const int Warmup = 300;
    private const int Rounds = 1001;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The median, in milliseconds.</summary>
    /// <param name="member">which of the other members</param>
    public static async Task<double> MeasureAsync(RaftGroupHost group, Member member)
    {
        using var limit = new CancellationTokenSource(Patience);
        var incarnation = group.Node.Status.Membership.Incarnation;
        await using var host = new PeerHost(Stranger, IdentityIn(group));
        host.Status = host.Status with { Membership = new Membership { Incarnation = incarnation } };
        await host.ListenAsync();
        await using var transport = new PeerTransport(
            new PeerSurroundings(host.Connector, TimeProvider.System, NullLogger.Instance) { Address = host.Address });
        transport.Attach(host.Id, incarnation, _ => { });
        transport.Follow(new Membership { Incarnation = incarnation, Members = [member] });
        await AnswerAsync(host, transport, member, limit.Token);
        var times = new List<double>();
        for (var round = 0; round < Warmup + Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            transport.Send(Ask(host, member));
            await host.ReceiveAsync(limit.Token);
            if (round >= Warmup)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return Figures.Median(times);
    }

    /// <summary>Until both streams stand, what is sent is dropped.</summary>
    private static async Task AnswerAsync(
        PeerHost host, PeerTransport transport, Member member, CancellationToken ct)
    {
        using var retry = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var answer = host.ReceiveAsync(ct);
        while (!answer.IsCompleted)
        {
            transport.Send(Ask(host, member));
            await Task.WhenAny(answer, retry.WaitForNextTickAsync(ct).AsTask());
        }
        await answer;
    }

    private static Message.ReadIndex Ask(PeerHost host, Member member) => new(host.Id, member.Id, Term: 0, Ticket: 1);

    private static NodeIdentity IdentityIn(RaftGroupHost group)
    {
        var cluster = group.Store.Current.Cluster!;
        using var ca = CertificateAuthority.FromPem(cluster.CaCertificate, cluster.CaKey);
        using var key = new KeyAndRequest();
        var peer = new PeerIdentity(new NodeId(IdSource.Secure.Next()), NodeRole.Manager, cluster.Id);
        return key.Complete(
            ca.Issue(peer, key.RequestPem, TimeProvider.System.GetUtcNow(), TimeSpan.FromHours(1)), ca.CertificatePem);
    }
}
