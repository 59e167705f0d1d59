using System.Net;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Consensus.Transport;

/// <summary>Asks another manager for its links and its clock.</summary>
internal sealed class PeerProbe(ClusterConnector connector, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <param name="address"><c>ip:port</c></param>
    /// <returns>null when it does not answer in time, or not with its links</returns>
    public async Task<ProbedPeer?> AskAsync(string address, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            using var client = new HttpClient(connector.CreateHandler())
            {
                BaseAddress = new Uri($"https://{address}"),
                DefaultRequestVersion = HttpVersion.Version20,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
                MaxResponseContentBufferSize = PeerLinks.MaxBytes,
            };
            // The handshake takes its time once: only the second answer is timed.
            await client.GetByteArrayAsync(new Uri(PeerLinks.Path, UriKind.Relative), either.Token);
            var start = time.GetTimestamp();
            var answer = await client.GetByteArrayAsync(new Uri(PeerLinks.Path, UriKind.Relative), either.Token);
            var roundTrip = time.GetElapsedTime(start);
            var links = MessagePackSerializer.Deserialize<PeerLinks>(answer);
            return new ProbedPeer(links, links.Now - (time.GetUtcNow() - (roundTrip / 2)), roundTrip);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidDataException or UriFormatException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }
}

/// <param name="Ahead">how far its clock is ahead of this one, if the answer took as long as the question</param>
internal sealed record ProbedPeer(PeerLinks Links, TimeSpan Ahead, TimeSpan RoundTrip);
