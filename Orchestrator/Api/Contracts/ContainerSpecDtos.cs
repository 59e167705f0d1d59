using System.Text.Json;
using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

public sealed record ContainerSpecDto
{
    public string? Image { get; set; }

    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>Replaces the image's entrypoint.</summary>
    public IReadOnlyList<string>? Command { get; set; }

    /// <summary>Replaces the image's command.</summary>
    public IReadOnlyList<string>? Args { get; set; }

    public string? Hostname { get; set; }

    /// <summary><c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; set; }

    public string? Dir { get; set; }

    public string? User { get; set; }

    public IReadOnlyList<string>? Groups { get; set; }

    public PrivilegesDto? Privileges { get; set; }

    public bool? Init { get; set; }

    public string? StopSignal { get; set; }

    [JsonPropertyName("TTY")]
    [JsonIgnore(Condition = WhenWritingDefault)]
    public bool Tty { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public bool OpenStdin { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public bool ReadOnly { get; set; }

    public IReadOnlyList<MountDto>? Mounts { get; set; }

    /// <summary>Nanoseconds.</summary>
    public long? StopGracePeriod { get; set; }

    public HealthcheckDto? Healthcheck { get; set; }

    /// <summary><c>ip name</c>, as a line of a hosts file.</summary>
    public IReadOnlyList<string>? Hosts { get; set; }

    [JsonPropertyName("DNSConfig")]
    public DnsConfigDto? DnsConfig { get; set; }

    /// <summary>Known only to be refused.</summary>
    public IReadOnlyList<JsonElement>? Secrets { get; set; }

    /// <summary>Known only to be refused.</summary>
    public IReadOnlyList<JsonElement>? Configs { get; set; }

    /// <summary><c>default</c> or empty: there is no other one on Linux.</summary>
    public string? Isolation { get; set; }

    public IReadOnlyDictionary<string, string>? Sysctls { get; set; }

    public IReadOnlyList<string>? CapabilityAdd { get; set; }

    public IReadOnlyList<string>? CapabilityDrop { get; set; }

    public IReadOnlyList<UlimitDto>? Ulimits { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public long OomScoreAdj { get; set; }
}

/// <summary>Known only to be refused when something is set in it.</summary>
public sealed record PrivilegesDto
{
    public JsonElement? CredentialSpec { get; set; }

    [JsonPropertyName("SELinuxContext")]
    public JsonElement? SeLinuxContext { get; set; }

    public JsonElement? Seccomp { get; set; }

    public JsonElement? AppArmor { get; set; }

    public bool NoNewPrivileges { get; set; }
}

/// <summary>Durations in nanoseconds; 0 = as the image says.</summary>
public sealed record HealthcheckDto
{
    /// <summary><c>NONE</c>, or <c>CMD</c> and arguments, or <c>CMD-SHELL</c> and one line.</summary>
    public IReadOnlyList<string>? Test { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public long Interval { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public long Timeout { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public long StartPeriod { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public long StartInterval { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public int Retries { get; set; }
}

public sealed record DnsConfigDto
{
    public IReadOnlyList<string>? Nameservers { get; set; }

    public IReadOnlyList<string>? Search { get; set; }

    public IReadOnlyList<string>? Options { get; set; }
}

public sealed record UlimitDto
{
    [JsonIgnore(Condition = Never)]
    public string? Name { get; set; } = "";

    public long Hard { get; set; }

    public long Soft { get; set; }
}
