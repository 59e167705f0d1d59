using System.Security.Cryptography.X509Certificates;
using Orchestrator.Model;

namespace Orchestrator.Security;

/// <summary>How a host that has only a join token comes to know its cluster.</summary>
public static class ClusterCa
{
    /// <summary>
    /// Reads the CA certificate from a manager that nobody has verified yet, and compares it with the token's digest.
    /// Nothing of the token is sent. What comes next needs a new connection, verified against the result.
    /// </summary>
    /// <param name="manager"><c>https://ip:port</c></param>
    /// <exception cref="PeerException">unreachable, not a manager, or not the token's cluster</exception>
    public static async Task<X509Certificate2> FetchAsync(Uri manager, JoinToken token, CancellationToken ct)
    {
        using var handler = ClusterConnector.Unverified().CreateHandler();
        using var client = new HttpClient(handler)
        {
            BaseAddress = manager,
            Timeout = ClusterConnector.ConnectTimeout + TimeSpan.FromSeconds(1),
            MaxResponseContentBufferSize = PemText.MaxLength,
            DefaultRequestVersion = new Version(2, 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var ca = Read(await GetAsync(client, ct), manager);
        if (token.IsFor(ca))
            return ca;
        ca.Dispose();
        throw new PeerException(
            PeerProblem.WrongCluster,
            $"the cluster at {manager.Authority} is not the one this token was made for "
            + "(the digest of its CA differs): check the address, and get the token anew on a "
            + "manager of that cluster; the token was not sent");
    }

    private static async Task<string> GetAsync(HttpClient client, CancellationToken ct)
    {
        try
        {
            return await client.GetStringAsync(new Uri(ClusterPaths.Ca, UriKind.Relative), ct);
        }
        catch (HttpRequestException e)
        {
            throw PeerException.In(e) ?? NotAManager(client.BaseAddress!, e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new PeerException(
                PeerProblem.Unreachable, $"the manager at {client.BaseAddress!.Authority} does not answer in time", e);
        }
    }

    private static X509Certificate2 Read(string pem, Uri manager)
    {
        try
        {
            return CertificateAuthority.ReadCertificate(pem);
        }
        catch (InvalidDataException e)
        {
            throw NotAManager(manager, e);
        }
    }

    private static PeerException NotAManager(Uri manager, Exception e) => new(
        PeerProblem.NotAManager, $"what listens at {manager.Authority} does not answer as a manager: {e.Message}", e);
}
