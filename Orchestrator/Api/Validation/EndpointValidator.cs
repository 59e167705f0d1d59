using Orchestrator.Model;

namespace Orchestrator.Api.Validation;

internal static class EndpointValidator
{
    private const uint LastPort = 65535;

    public static void Check(EndpointSpec endpoint)
    {
        if (endpoint.Ports.Length > Limits.Ports)
            throw ApiException.Bad($"EndpointSpec.Ports: more than the limit of {Limits.Ports} ports");
        foreach (var port in endpoint.Ports)
            Check(port);
        if (endpoint.Mode == EndpointMode.DnsRoundRobin && endpoint.Ports.Any(port => port.Mode == PublishMode.Ingress))
            throw ApiException.Bad("EndpointSpec: port published with ingress mode can't be used with dnsrr mode");
        if (HasDuplicates(endpoint.Ports))
            throw ApiException.Bad("EndpointSpec: duplicate published ports provided");
        if (endpoint.Ports.Any(port => port.Mode == PublishMode.Ingress))
            throw ApiException.NotImplemented(
                "EndpointSpec.Ports: published ports in ingress mode are not available yet: publish with mode=host");
    }

    private static void Check(PortConfig port)
    {
        if (port.Target is 0 or > LastPort)
            throw ApiException.Bad(
                $"EndpointSpec.Ports.TargetPort: need a port from 1 to {LastPort}, not {port.Target}");
        if (port.Published > LastPort)
            throw ApiException.Bad($"EndpointSpec.Ports.PublishedPort: need a port up to {LastPort} (0 = the system "
                + $"picks one), not {port.Published}");
        Texts.NoZero("EndpointSpec.Ports.Name", port.Name);
    }

    /// <summary>Two ports that the system picks never collide.</summary>
    private static bool HasDuplicates(ImmutableArray<PortConfig> ports) => ports
        .Where(port => port.Published != 0)
        .GroupBy(port => (port.Published, port.Protocol))
        .Any(group => group.Count() > 1);
}
