using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Model;

namespace Orchestrator.Security;

/// <summary>A node's identity as the subject of its certificate: CN node id, OU role, O cluster id.</summary>
public static class CertificateNames
{
    public const string CaName = "swarm-ca";
    public const string ManagerUnit = "swarm-manager";
    public const string WorkerUnit = "swarm-worker";

    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";
    private const string OrganizationalUnit = "2.5.4.11";

    public static string UnitOf(NodeRole role) => role switch
    {
        NodeRole.Worker => WorkerUnit,
        NodeRole.Manager => ManagerUnit,
    };

    public static X500DistinguishedName SubjectOf(PeerIdentity node)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(node.NodeId.Value);
        subject.AddOrganizationalUnitName(UnitOf(node.Role));
        subject.AddOrganizationName(node.ClusterId.Value);
        return subject.Build();
    }

    /// <summary>What the subject says; null unless it is one CN, one OU and one O of the expected shape.</summary>
    public static PeerIdentity? Parse(X500DistinguishedName subject)
    {
        var parts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in subject.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements || part.GetSingleElementType().Value is not { } type)
                return null;
            if (!parts.TryAdd(type, part.GetSingleElementValue() ?? ""))
                return null;
        }
        return parts.Count == 3
            && TryId(parts, CommonName, out var node)
            && TryId(parts, Organization, out var cluster)
            && RoleOf(parts.GetValueOrDefault(OrganizationalUnit)) is { } role
                ? new PeerIdentity(new NodeId(node), role, new ClusterId(cluster))
                : null;
    }

    private static NodeRole? RoleOf(string? unit) => unit switch
    {
        ManagerUnit => NodeRole.Manager,
        WorkerUnit => NodeRole.Worker,
        _ => null,
    };

    private static bool TryId(
        SortedDictionary<string, string> parts, string type, [NotNullWhen(true)] out string? id) =>
        parts.TryGetValue(type, out id) && Base36.IsText(id, Primitives.IdSource.Length);
}
