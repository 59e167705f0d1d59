using System.Text.Json;
using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Orchestrator.Api.Contracts;

public sealed record MountDto
{
    /// <summary><c>bind</c>, <c>volume</c>, <c>tmpfs</c>.</summary>
    public string? Type { get; set; }

    public string? Source { get; set; }

    public string? Target { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public bool ReadOnly { get; set; }

    public string? Consistency { get; set; }

    public BindOptionsDto? BindOptions { get; set; }

    public VolumeOptionsDto? VolumeOptions { get; set; }

    public TmpfsOptionsDto? TmpfsOptions { get; set; }

    /// <summary>Known only to be refused.</summary>
    public JsonElement? ImageOptions { get; set; }

    /// <summary>Known only to be refused.</summary>
    public JsonElement? ClusterOptions { get; set; }
}

public sealed record BindOptionsDto
{
    public string? Propagation { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public bool NonRecursive { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public bool CreateMountpoint { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public bool ReadOnlyNonRecursive { get; set; }

    [JsonIgnore(Condition = WhenWritingDefault)]
    public bool ReadOnlyForceRecursive { get; set; }
}

public sealed record VolumeOptionsDto
{
    [JsonIgnore(Condition = WhenWritingDefault)]
    public bool NoCopy { get; set; }

    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    public string? Subpath { get; set; }

    public DriverDto? DriverConfig { get; set; }
}

public sealed record TmpfsOptionsDto
{
    [JsonIgnore(Condition = WhenWritingDefault)]
    public long SizeBytes { get; set; }

    /// <summary>File mode bits in decimal: 01777 is 1023.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)]
    public uint Mode { get; set; }

    /// <summary>Known only to be refused.</summary>
    public IReadOnlyList<JsonElement>? Options { get; set; }
}
