namespace Orchestrator.Api.Contracts;

/// <summary>One thing that was looked at on a host.</summary>
public sealed record FindingDto
{
    /// <summary><c>ok</c>, <c>warn</c> or <c>error</c>.</summary>
    public string Severity { get; set; } = "ok";

    /// <summary>One word for what was looked at.</summary>
    public string Check { get; set; } = "";

    public string What { get; set; } = "";

    /// <summary>What it leads to; null when all is well.</summary>
    public string? Why { get; set; }

    /// <summary>What to do; null when all is well.</summary>
    public string? Fix { get; set; }
}
