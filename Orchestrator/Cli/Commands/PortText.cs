using System.Globalization;
using Orchestrator.Api.Contracts;

namespace Orchestrator.Cli.Commands;

/// <summary>Ports as lists show them.</summary>
internal static class PortText
{
    private const string Host = "host";

    /// <summary><c>*:8080->80/tcp</c> for the whole cluster, the same with <c>(host)</c> where a task runs.</summary>
    public static string OfService(ServiceDto service)
    {
        var everywhere = (service.Endpoint.Ports ?? []).Where(port => port.PublishMode != Host);
        var onHosts = (service.Spec.EndpointSpec?.Ports ?? []).Where(port => port.PublishMode == Host);
        return string.Join(
            ", ", everywhere.Select(Describe).Concat(onHosts.Select(port => Describe(port) + " (host)")));
    }

    public static string OfTask(IReadOnlyList<PortConfigDto>? ports) =>
        string.Join(',', (ports ?? []).Select(Describe));

    private static string Describe(PortConfigDto port)
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"{port.TargetPort}/{port.Protocol ?? "tcp"}");
        var address = port.HostIp ?? "*";
        if (port.PublishedPort == 0)
            return $"{address}->{target}";
        var end = port.PublishedPortEnd == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture, $"-{port.PublishedPortEnd}");
        return string.Create(CultureInfo.InvariantCulture, $"{address}:{port.PublishedPort}{end}->{target}");
    }
}
