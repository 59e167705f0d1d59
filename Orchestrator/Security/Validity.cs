using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Security;

/// <summary>From when to when a certificate counts, both included.</summary>
public readonly record struct Validity(DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    public static Validity Of(X509Certificate2 certificate) =>
        new(certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());

    public bool Contains(DateTimeOffset now) => now >= NotBefore && now <= NotAfter;

    /// <summary>
    /// When the certificate is renewed: somewhere between 50 % and 80 % of its time, so that nodes which joined
    /// together do not all come back together, and a manager may be away for long.
    /// </summary>
    /// <param name="chance">a random number in [0, 1), drawn once for each certificate</param>
    public DateTimeOffset RenewAt(double chance) => NotBefore + ((NotAfter - NotBefore) * (0.5 + (0.3 * chance)));

    public override string ToString() => $"{Text(NotBefore)} to {Text(NotAfter)}";

    internal static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
