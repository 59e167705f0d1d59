using Orchestrator.Model;

namespace Orchestrator.Store;

/// <summary>A port of a host that at most one task can have.</summary>
/// <param name="Address">where it listens; empty = on all addresses</param>
public readonly record struct HostPort(PortProtocol Protocol, uint Number, string Address = "") : IComparable<HostPort>
{
    /// <summary>The fixed host-mode ports of a service; those that the system picks never clash.</summary>
    public static IEnumerable<HostPort> Of(ServiceSpec spec) =>
        from port in spec.Endpoint?.Ports ?? []
        where port.Mode == PublishMode.Host && port.Published != 0 && port.PublishedEnd == 0
        select Of(port);

    public static HostPort Of(PortConfig port) => new(port.Protocol, port.Published, port.HostIp);

    public bool ClashesWith(HostPort other) =>
        Protocol == other.Protocol && Number == other.Number
        && (Address.Length == 0 || other.Address.Length == 0 || Address == other.Address);

    public int CompareTo(HostPort other)
    {
        if (Protocol != other.Protocol)
            return Protocol.CompareTo(other.Protocol);
        return Number != other.Number ? Number.CompareTo(other.Number) : string.CompareOrdinal(Address, other.Address);
    }

    public static bool operator <(HostPort a, HostPort b) => a.CompareTo(b) < 0;

    public static bool operator >(HostPort a, HostPort b) => a.CompareTo(b) > 0;

    public static bool operator <=(HostPort a, HostPort b) => a.CompareTo(b) <= 0;

    public static bool operator >=(HostPort a, HostPort b) => a.CompareTo(b) >= 0;
}
