using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Security;

/// <summary>
/// What a host needs to join: <c>SWMTKN-1-(digest of the CA)-(secret)</c>. The digest lets the host know the cluster
/// before it says the secret; the secret lets the cluster know the host, and stands for the role it gets.
/// </summary>
public sealed class JoinToken
{
    private const string Prefix = "SWMTKN-1-";
    private const int DigestLength = 50;
    private const int SecretLength = IdSource.Length;
    private const int Length = 9 + DigestLength + 1 + SecretLength;

    private readonly string _digest;
    private readonly string _secret;

    private JoinToken(string digest, string secret)
    {
        _digest = digest;
        _secret = secret;
    }

    /// <summary>The whole token. A secret.</summary>
    public string Reveal() => $"{Prefix}{_digest}-{_secret}";

    /// <summary>Without the secret, so that a log cannot get it by accident.</summary>
    public override string ToString() => $"{Prefix}{_digest}-…";

    public static JoinToken Create(X509Certificate2 ca, IdSource ids) => new(DigestOf(ca), ids.Next());

    /// <param name="problem">for the user; never contains the text</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out JoinToken? token, out string problem)
    {
        token = null;
        problem = ProblemOf(text);
        if (problem.Length > 0)
            return false;
        token = new JoinToken(text.Substring(Prefix.Length, DigestLength), text[^SecretLength..]);
        return true;
    }

    /// <summary>Whether the token was made for the cluster with this CA.</summary>
    public bool IsFor(X509Certificate2 ca) => _digest == DigestOf(ca);

    /// <summary>The role it gives, compared in constant time; null when it is no token of the cluster.</summary>
    public NodeRole? RoleIn(Cluster cluster)
    {
        var worker = Equal(cluster.WorkerToken);
        var manager = Equal(cluster.ManagerToken);
        return manager ? NodeRole.Manager : worker ? NodeRole.Worker : null;
    }

    private bool Equal(string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Reveal()), Encoding.UTF8.GetBytes(other));

    private static string ProblemOf(string text)
    {
        if (text.Length == 0)
            return "the join token is empty";
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return $"a join token starts with {Prefix}; `swarmnet join-token worker` on a manager shows it";
        if (text.Length != Length)
            return $"the join token has {text.Length} characters instead of {Length}; copy it as a whole";
        var separator = Prefix.Length + DigestLength;
        return text[separator] == '-'
            && Base36.IsText(text[Prefix.Length..separator], DigestLength)
            && Base36.IsText(text[(separator + 1)..], SecretLength)
                ? ""
                : "the join token has characters that no token has (0-9 and a-z only); copy it as a whole";
    }

    private static string DigestOf(X509Certificate2 ca) =>
        IdSource.ToBase36(SHA256.HashData(ca.RawDataMemory.Span), DigestLength);
}
