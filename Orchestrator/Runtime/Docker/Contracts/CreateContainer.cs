namespace Orchestrator.Runtime.Docker.Contracts;

/// <summary>Body of <c>POST /containers/create</c>; null members are not sent and mean the engine's default.</summary>
internal sealed class CreateContainer
{
    public string? Image { get; set; }

    public string? Hostname { get; set; }

    public string? User { get; set; }

    public string? WorkingDir { get; set; }

    public string[]? Entrypoint { get; set; }

    public string[]? Cmd { get; set; }

    public string[]? Env { get; set; }

    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    public bool Tty { get; set; }

    public bool OpenStdin { get; set; }

    public string? StopSignal { get; set; }

    /// <summary>Seconds.</summary>
    public int? StopTimeout { get; set; }

    public HealthConfig? Healthcheck { get; set; }

    public Dictionary<string, EmptyObject>? ExposedPorts { get; set; }

    public HostConfig HostConfig { get; set; } = new();
}

internal sealed class EmptyObject;

/// <summary>Durations are nanoseconds; 0 = as the image says.</summary>
internal sealed class HealthConfig
{
    public string[]? Test { get; set; }

    public long Interval { get; set; }

    public long Timeout { get; set; }

    public long StartPeriod { get; set; }

    /// <summary>Engines before API 1.44 do not know it and probe at <see cref="Interval"/>.</summary>
    public long StartInterval { get; set; }

    public int Retries { get; set; }
}

internal sealed class CreatedContainer
{
    public string? Id { get; set; }

    public string[]? Warnings { get; set; }
}
