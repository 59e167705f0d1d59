using System.Net;
using Orchestrator.Model;
using Orchestrator.Store;

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
        CheckChoice(port);
    }

    private static void CheckChoice(PortConfig port)
    {
        if (port.PublishedEnd != 0 && (port.Published == 0 || port.PublishedEnd <= port.Published
            || port.PublishedEnd > LastPort))
            throw ApiException.Bad($"EndpointSpec.Ports: {port.Published}-{port.PublishedEnd} is no range of ports "
                + $"from 1 to {LastPort}");
        if (port.HostIp.Length > 0 && !IPAddress.TryParse(port.HostIp, out _))
            throw ApiException.Bad($"EndpointSpec.Ports.HostIP: '{port.HostIp}' is not an IP address");
        if (port.Mode != PublishMode.Host && (port.PublishedEnd != 0 || port.HostIp.Length > 0))
            throw ApiException.Bad("EndpointSpec.Ports: a range and an address of the node need mode=host");
    }

    /// <summary>Two ports that the system picks never collide, and of a range each task gets another number.</summary>
    private static bool HasDuplicates(ImmutableArray<PortConfig> ports)
    {
        HostPort[] fixedPorts =
            [.. ports.Where(port => port is { Published: not 0, PublishedEnd: 0 }).Select(HostPort.Of)];
        return fixedPorts.GroupBy(port => (port.Number, port.Protocol))
            .Any(group => group.Index().Any(one => group.Skip(one.Index + 1).Any(one.Item.ClashesWith)));
    }
}
