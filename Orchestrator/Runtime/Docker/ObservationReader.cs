using System.Globalization;
using Orchestrator.Model;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

/// <summary>
/// What the engine says of a container, as an observation (pure); null for one that is not this cluster's.
/// </summary>
internal static class ObservationReader
{
    public static ContainerObservation? Read(ContainerDetails details, ClusterId cluster)
    {
        if (details.Id is not { Length: > 0 } id || details.State is not { } state ||
            ContainerLabels.Owner(details.Config?.Labels, cluster) is not { } task)
            return null;
        var startedAt = EngineTime.Parse(state.StartedAt);
        var phase = Phase(state.Status, startedAt is not null);
        return new ContainerObservation(id, task, phase)
        {
            Pid = phase == ContainerState.Running ? state.Pid : 0,
            ExitCode = phase == ContainerState.Exited ? state.ExitCode : null,
            OutOfMemory = state.OOMKilled,
            Health = Health(state.Health?.Status),
            Error = state.Error ?? "",
            StartedAt = startedAt,
            FinishedAt = phase == ContainerState.Exited ? EngineTime.Parse(state.FinishedAt) : null,
            Ports = Ports(details.NetworkSettings?.Ports),
            Tty = details.Config?.Tty ?? false,
        };
    }

    /// <summary>A running container, as far as the list tells: without process id and times.</summary>
    public static ContainerObservation? Read(ContainerSummary summary, ClusterId cluster)
    {
        if (summary.Id is not { Length: > 0 } id || ContainerLabels.Owner(summary.Labels, cluster) is not { } task)
            return null;
        return new ContainerObservation(id, task, Phase(summary.State, wasStarted: true))
        {
            Health = HealthOfStatus(summary.Status ?? ""),
            Ports = Ports(summary.Ports ?? []),
            Tty = summary.Labels!.ContainsKey(ContainerLabels.Tty),
        };
    }

    private static ContainerState Phase(string? status, bool wasStarted) => status switch
    {
        "created" => ContainerState.Created,
        "running" or "paused" or "restarting" => ContainerState.Running,
        "removing" or "dead" when !wasStarted => ContainerState.Created,
        _ => ContainerState.Exited,
    };

    private static ContainerHealth Health(string? status) => status switch
    {
        "starting" => ContainerHealth.Starting,
        "healthy" => ContainerHealth.Healthy,
        "unhealthy" => ContainerHealth.Unhealthy,
        _ => ContainerHealth.None,
    };

    /// <summary>The list tells health only in its words for people.</summary>
    private static ContainerHealth HealthOfStatus(string status) =>
        status.EndsWith("(healthy)", StringComparison.Ordinal) ? ContainerHealth.Healthy
        : status.EndsWith("(unhealthy)", StringComparison.Ordinal) ? ContainerHealth.Unhealthy
        : status.EndsWith("(health: starting)", StringComparison.Ordinal) ? ContainerHealth.Starting
        : ContainerHealth.None;

    private static ImmutableArray<PortConfig> Ports(Dictionary<string, PortBinding[]?>? ports) => Distinct(
        from port in ports ?? []
        from binding in port.Value ?? []
        let key = port.Key.Split('/')
        select Port(Number(key[0]), key.ElementAtOrDefault(1), Number(binding.HostPort), binding.HostIp));

    private static ImmutableArray<PortConfig> Ports(SummaryPort[] ports) =>
        Distinct(ports.Select(port => Port(port.PrivatePort, port.Type, port.PublicPort, port.IP)));

    /// <summary>
    /// IPv4 and IPv6 are bound one by one. With a picked port old engines may pick two numbers: the IPv4 one counts.
    /// </summary>
    private static ImmutableArray<PortConfig> Distinct(IEnumerable<BoundPort?> ports)
    {
        var all = ports.OfType<BoundPort>().ToArray();
        return [.. all
            .Where(port => !port.IPv6 || !all.Any(other => !other.IPv6 && SameTarget(port.Config, other.Config)))
            .Select(port => port.Config)
            .Distinct()
            .OrderBy(port => port.Target).ThenBy(port => port.Protocol).ThenBy(port => port.Published)];
    }

    private static bool SameTarget(PortConfig a, PortConfig b) => a.Target == b.Target && a.Protocol == b.Protocol;

    private static BoundPort? Port(uint target, string? protocol, uint published, string? address)
    {
        if (target == 0 || published == 0 || PortNames.Parse(protocol) is not { } known)
            return null;
        var config = new PortConfig
        {
            Target = target,
            Protocol = known,
            Published = published,
            Mode = PublishMode.Host,
        };
        return new BoundPort(config, address?.Contains(':') ?? false);
    }

    private static uint Number(string? text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private sealed record BoundPort(PortConfig Config, bool IPv6);
}
