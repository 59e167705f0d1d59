using System.Diagnostics;
using System.Net;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Transport;
using Orchestrator.Model;
using Orchestrator.Security;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>
/// Round trips to a manager's process on its cluster port, over a standing connection with TLS on both sides: the question
/// that managers ask each other for their links, which is answered at once from memory.
/// </summary>
internal static class RaftGroupPing
{
    private const int Warmup = 300;
    private const int Rounds = 1001;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The median, in milliseconds.</summary>
    /// <param name="member">which of the other members</param>
    public static async Task<double> MeasureAsync(RaftGroupHost group, Member member)
    {
        using var limit = new CancellationTokenSource(Patience);
        // Another certificate of the manager in this process: strangers get no answer.
        using var identity = group.Issue(group.Self, NodeRole.Manager);
        var connector = ClusterConnector.ForNode(new LiveIdentity(identity), TimeProvider.System);
        using var client = new HttpClient(connector.CreateHandler())
        {
            BaseAddress = new Uri($"https://{member.Address}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var times = new List<double>();
        for (var round = 0; round < Warmup + Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            await client.GetByteArrayAsync(new Uri(PeerLinks.Path, UriKind.Relative), limit.Token);
            if (round >= Warmup)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return Figures.Median(times);
    }
}
