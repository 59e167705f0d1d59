using System.Net;
using System.Net.Http.Headers;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Agents.Joining;

/// <summary>
/// The calls by which a host becomes a node, stays one and leaves. Any manager will do: one that does not lead names
/// the one that does, which is asked anew, from the check of its CA on. Nothing is kept here, and nothing is left
/// behind by a failure.
/// </summary>
public sealed class JoinClient(TimeProvider clock)
{
    /// <summary>For everything together.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private const int MaxAnswerBytes = 64 * 1024;

    /// <summary>The leader may change just then; managers that name each other must not keep a host busy.</summary>
    private const int MaxHints = 2;

    /// <summary>
    /// Joins: the manager's CA is compared with the token's digest before any of the token's secret is sent.
    /// </summary>
    /// <param name="manager"><c>ip:port</c></param>
    /// <exception cref="JoinException">for any failure</exception>
    public Task<NodeIdentity> JoinAsync(string manager, JoinToken token, JoiningHost host, CancellationToken ct) =>
        TimedAsync(manager, async (address, limited) =>
        {
            using var ca = await ClusterCa.FetchAsync(new Uri($"https://{address}"), token, limited);
            using var key = new KeyAndRequest();
            var request = new JoinRequest
            {
                Token = token.Reveal(),
                CertificateRequest = key.RequestPem,
                Hostname = host.Hostname,
                Availability = host.Availability,
            };
            using var client = Client(address, ClusterConnector.ForJoining(ca, clock));
            var answer = await PostAsync(client, ClusterPaths.Join, MessagePackSerializer.Serialize(request), limited);
            return key.Complete(Read(answer).Certificate, ca.ExportCertificatePem());
        }, ct);

    /// <summary>Gets the node's next certificate, of a new key.</summary>
    /// <exception cref="JoinException">for any failure; the present certificate stays good until its end</exception>
    public Task<NodeIdentity> RenewAsync(string manager, LiveIdentity identity, CancellationToken ct) =>
        TimedAsync(manager, async (address, limited) =>
        {
            using var key = new KeyAndRequest();
            var request = new RenewRequest { CertificateRequest = key.RequestPem };
            using var client = Client(address, ClusterConnector.ForNode(identity, clock));
            var answer = await PostAsync(client, ClusterPaths.Renew, MessagePackSerializer.Serialize(request), limited);
            return key.Complete(Read(answer).Certificate, identity.Current.CaPem);
        }, ct);

    /// <summary>Tells the managers that this node leaves on purpose.</summary>
    /// <exception cref="JoinException">for any failure: they will find out by themselves</exception>
    public Task LeaveAsync(string manager, LiveIdentity identity, CancellationToken ct) =>
        SayAsync(ClusterPaths.Leave, manager, identity, ct);

    /// <summary>Tells the managers that this host could not become what it joined as.</summary>
    /// <exception cref="JoinException">for any failure: its node stays in the cluster's list</exception>
    public Task WithdrawAsync(string manager, LiveIdentity identity, CancellationToken ct) =>
        SayAsync(ClusterPaths.Withdraw, manager, identity, ct);

    private Task<byte[]> SayAsync(string path, string manager, LiveIdentity identity, CancellationToken ct) =>
        TimedAsync(manager, async (address, limited) =>
        {
            using var client = Client(address, ClusterConnector.ForNode(identity, clock));
            return await PostAsync(client, path, [], limited);
        }, ct);

    private static JoinResponse Read(byte[] answer) => MessagePackSerializer.Deserialize<JoinResponse>(answer);

    private static HttpClient Client(string manager, ClusterConnector connector) => new(connector.CreateHandler())
    {
        BaseAddress = new Uri($"https://{manager}"),
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };

    private static async Task<byte[]> PostAsync(HttpClient client, string path, byte[] body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(ClusterPaths.BodyType);
        using var response = await client.SendAsync(request, ct);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadAsByteArrayAsync(ct)
            : throw JoinProblems.Refusal(
                client.BaseAddress!.Authority, response, await response.Content.ReadAsStringAsync(ct));
    }

    private async Task<T> TimedAsync<T>(
        string manager, Func<string, CancellationToken, Task<T>> call, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        var address = manager;
        for (var hints = 0; ; hints++)
        {
            try
            {
                return await call(address, either.Token);
            }
            catch (Exception e) when (!ct.IsCancellationRequested && JoinProblems.Of(address, e) is { } problem)
            {
                if (problem.Leader.Length == 0 || hints == MaxHints)
                    throw problem;
                address = problem.Leader;
            }
        }
    }
}

/// <summary>What a host says of itself when it joins.</summary>
public sealed record JoiningHost(string Hostname, Availability Availability);
