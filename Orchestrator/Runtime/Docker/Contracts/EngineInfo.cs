namespace Orchestrator.Runtime.Docker.Contracts;

/// <summary>Answer of <c>GET /info</c>: what is used of it.</summary>
internal sealed class EngineInfo
{
    public string? ServerVersion { get; set; }

    public string? Architecture { get; set; }

    public string? OSType { get; set; }

    public int NCPU { get; set; }

    public long MemTotal { get; set; }

    /// <summary>Of the storage.</summary>
    public string? Driver { get; set; }

    public string? KernelVersion { get; set; }

    public string? OperatingSystem { get; set; }

    /// <summary><c>name=value</c></summary>
    public string?[]? Labels { get; set; }

    public EnginePlugins? Plugins { get; set; }

    /// <summary>As the engine's administrator declared them, <c>node-generic-resources</c>.</summary>
    public EngineResource[]? GenericResources { get; set; }
}

/// <summary>One of the two is set.</summary>
internal sealed class EngineResource
{
    public CountedResource? DiscreteResourceSpec { get; set; }

    public NamedResource? NamedResourceSpec { get; set; }
}

internal sealed class CountedResource
{
    public string? Kind { get; set; }

    public long Value { get; set; }
}

internal sealed class NamedResource
{
    public string? Kind { get; set; }

    public string? Value { get; set; }
}

internal sealed class EnginePlugins
{
    public string[]? Volume { get; set; }

    public string[]? Network { get; set; }

    public string[]? Authorization { get; set; }

    public string[]? Log { get; set; }
}
