namespace Orchestrator.Api;

/// <summary>The engine that runs tasks here and the host below it. What is not known stays empty.</summary>
public sealed record LocalEngine
{
    public string Id { get; init; } = "";

    public string Hostname { get; init; } = "";

    /// <summary>Version of swarmnet.</summary>
    public string DaemonVersion { get; init; } = "";

    /// <summary>Name and version of the runtime below, <c>docker 28.2.2</c> or <c>process</c>.</summary>
    public string Runtime { get; init; } = "";

    public string RuntimeVersion { get; init; } = "";

    public string KernelVersion { get; init; } = "";

    public string OperatingSystem { get; init; } = "";

    public string OsVersion { get; init; } = "";

    /// <summary>As uname prints it, <c>x86_64</c>.</summary>
    public string Architecture { get; init; } = "";

    public int Cpus { get; init; }

    public long MemoryBytes { get; init; }

    public int Containers { get; init; }

    public int ContainersRunning { get; init; }

    public int ContainersStopped { get; init; }

    public int Images { get; init; }

    public string StorageDriver { get; init; } = "";

    public string LoggingDriver { get; init; } = "";

    public string CgroupDriver { get; init; } = "";

    public string CgroupVersion { get; init; } = "";

    /// <summary>Where the daemon keeps its data.</summary>
    public string RootDirectory { get; init; } = "";

    /// <summary><c>name=value</c>.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary><c>Volume/local</c>, <c>Network/bridge</c>, <c>Log/json-file</c>.</summary>
    public ImmutableArray<string> Plugins { get; init; } = [];

    public ImmutableArray<string> Warnings { get; init; } = [];
}
