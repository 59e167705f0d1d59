using System.Text.Json;
using Orchestrator.Api.Contracts;
using Orchestrator.Model;

namespace Orchestrator.Api.Mapping;

internal static class ContainerSpecMapper
{
    private const string DefaultIsolation = "default";

    public static ContainerSpec Read(ContainerSpecDto dto)
    {
        RefuseUnavailable(dto);
        return new ContainerSpec
        {
            Image = dto.Image ?? "",
            Labels = Wire.Texts(dto.Labels),
            Command = Wire.Texts(dto.Command),
            Args = Wire.Texts(dto.Args),
            Hostname = dto.Hostname ?? "",
            Env = Wire.Texts(dto.Env),
            Dir = dto.Dir ?? "",
            User = dto.User ?? "",
            Groups = Wire.Texts(dto.Groups),
            Init = dto.Init,
            StopSignal = dto.StopSignal ?? "",
            StopGracePeriod = Wire.Time(dto.StopGracePeriod, "ContainerSpec.StopGracePeriod"),
            Tty = dto.Tty,
            OpenStdin = dto.OpenStdin,
            ReadOnly = dto.ReadOnly,
            Mounts = Wire.List(dto.Mounts, MountMapper.Read),
            Health = dto.Healthcheck is { } health ? Health(health) : null,
            Hosts = Wire.Texts(dto.Hosts),
            Dns = dto.DnsConfig is { } dns ? Dns(dns) : null,
            Sysctls = Wire.Texts(dto.Sysctls),
            CapabilityAdd = Wire.Texts(dto.CapabilityAdd),
            CapabilityDrop = Wire.Texts(dto.CapabilityDrop),
            Ulimits = Wire.List(dto.Ulimits, ulimit =>
                new Ulimit { Name = ulimit.Name ?? "", Soft = ulimit.Soft, Hard = ulimit.Hard }),
            OomScoreAdj = dto.OomScoreAdj,
        };
    }

    public static ContainerSpecDto Write(ContainerSpec spec) => new()
    {
        Image = Wire.OrNull(spec.Image),
        Labels = Wire.OrNull(spec.Labels),
        Command = Wire.OrNull(spec.Command),
        Args = Wire.OrNull(spec.Args),
        Hostname = Wire.OrNull(spec.Hostname),
        Env = Wire.OrNull(spec.Env),
        Dir = Wire.OrNull(spec.Dir),
        User = Wire.OrNull(spec.User),
        Groups = Wire.OrNull(spec.Groups),
        Init = spec.Init,
        StopSignal = Wire.OrNull(spec.StopSignal),
        StopGracePeriod = Wire.Nanoseconds(spec.StopGracePeriod),
        Tty = spec.Tty,
        OpenStdin = spec.OpenStdin,
        ReadOnly = spec.ReadOnly,
        Mounts = Wire.ListOrNull(spec.Mounts, MountMapper.Write),
        Healthcheck = spec.Health is { } health ? Health(health) : null,
        Hosts = Wire.OrNull(spec.Hosts),
        DnsConfig = spec.Dns is { } dns ? Dns(dns) : null,
        Isolation = DefaultIsolation,
        Sysctls = Wire.OrNull(spec.Sysctls),
        CapabilityAdd = Wire.OrNull(spec.CapabilityAdd),
        CapabilityDrop = Wire.OrNull(spec.CapabilityDrop),
        Ulimits = Wire.ListOrNull(spec.Ulimits, ulimit =>
            new UlimitDto { Name = ulimit.Name, Soft = ulimit.Soft, Hard = ulimit.Hard }),
        OomScoreAdj = spec.OomScoreAdj,
    };

    private static void RefuseUnavailable(ContainerSpecDto dto)
    {
        if (dto.Secrets is { Count: > 0 })
            throw ApiException.NotImplemented("ContainerSpec.Secrets: secrets are not available yet");
        if (dto.Configs is { Count: > 0 })
            throw ApiException.NotImplemented("ContainerSpec.Configs: configs are not available yet");
        if (dto.Isolation is not (null or "" or DefaultIsolation))
            throw ApiException.Bad($"ContainerSpec.Isolation: only '{DefaultIsolation}' exists on Linux");
        if (dto.Privileges is { } privileges && IsSet(privileges))
            throw ApiException.NotImplemented("ContainerSpec.Privileges: credential specs, SELinux, seccomp and "
                + "AppArmor settings and NoNewPrivileges are not available yet");
    }

    private static bool IsSet(PrivilegesDto privileges) =>
        privileges.NoNewPrivileges || IsSet(privileges.CredentialSpec) || IsSet(privileges.SeLinuxContext)
        || IsSet(privileges.Seccomp) || IsSet(privileges.AppArmor);

    private static bool IsSet(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Object } set && set.EnumerateObject().Any();

    private static HealthCheck Health(HealthcheckDto dto) => new()
    {
        Test = Wire.Texts(dto.Test),
        Interval = Wire.Time(dto.Interval, "ContainerSpec.Healthcheck.Interval"),
        Timeout = Wire.Time(dto.Timeout, "ContainerSpec.Healthcheck.Timeout"),
        StartPeriod = Wire.Time(dto.StartPeriod, "ContainerSpec.Healthcheck.StartPeriod"),
        StartInterval = Wire.Time(dto.StartInterval, "ContainerSpec.Healthcheck.StartInterval"),
        Retries = dto.Retries,
    };

    private static HealthcheckDto Health(HealthCheck health) => new()
    {
        Test = Wire.OrNull(health.Test),
        Interval = Wire.Nanoseconds(health.Interval),
        Timeout = Wire.Nanoseconds(health.Timeout),
        StartPeriod = Wire.Nanoseconds(health.StartPeriod),
        StartInterval = Wire.Nanoseconds(health.StartInterval),
        Retries = health.Retries,
    };

    private static DnsConfig Dns(DnsConfigDto dto) => new()
    {
        Nameservers = Wire.Texts(dto.Nameservers),
        Search = Wire.Texts(dto.Search),
        Options = Wire.Texts(dto.Options),
    };

    private static DnsConfigDto Dns(DnsConfig dns) => new()
    {
        Nameservers = Wire.OrNull(dns.Nameservers),
        Search = Wire.OrNull(dns.Search),
        Options = Wire.OrNull(dns.Options),
    };
}
