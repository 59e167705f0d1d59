namespace Orchestrator.Runtime.Docker.Contracts;

internal sealed class MountConfig
{
    /// <summary><c>bind</c>, <c>volume</c> or <c>tmpfs</c>.</summary>
    public string Type { get; set; } = "";

    public string? Source { get; set; }

    public string Target { get; set; } = "";

    public bool ReadOnly { get; set; }

    public string? Consistency { get; set; }

    public BindConfig? BindOptions { get; set; }

    public VolumeConfig? VolumeOptions { get; set; }

    public TmpfsConfig? TmpfsOptions { get; set; }
}

internal sealed class BindConfig
{
    public string? Propagation { get; set; }

    public bool NonRecursive { get; set; }

    public bool CreateMountpoint { get; set; }

    public bool ReadOnlyNonRecursive { get; set; }

    public bool ReadOnlyForceRecursive { get; set; }
}

internal sealed class VolumeConfig
{
    public bool NoCopy { get; set; }

    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    public string? Subpath { get; set; }

    public VolumeDriver? DriverConfig { get; set; }
}

internal sealed class VolumeDriver
{
    public string? Name { get; set; }

    public IReadOnlyDictionary<string, string>? Options { get; set; }
}

internal sealed class TmpfsConfig
{
    public long SizeBytes { get; set; }

    public uint Mode { get; set; }
}
