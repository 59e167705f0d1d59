namespace Orchestrator.Api.Doctor;

public enum Severity
{
    Ok,

    /// <summary>Works, and will not for long, or not after the next failure.</summary>
    Warn,

    /// <summary>Does not work.</summary>
    Error,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Check">one word for what was looked at</param>
/// <param name="What">how it is</param>
/// <param name="Why">what it leads to; empty when all is well</param>
/// <param name="Fix">what to do; empty when all is well</param>
public sealed record Finding(Severity Severity, string Check, string What, string Why = "", string Fix = "");
