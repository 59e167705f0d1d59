using Microsoft.Extensions.Logging;
using Orchestrator.Primitives;
using Orchestrator.Runtime;
using Orchestrator.Security;

namespace Orchestrator.Agents;

/// <summary>What every part of one agent shares.</summary>
public sealed record AgentContext(
    AgentOptions Options, IContainerRuntime Runtime, LiveIdentity Identity, TimeProvider Clock)
{
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Spreads retries; not for secrets.</summary>
    public Chance Chance { get; init; } = new();

    public DateTimeOffset Now => Clock.GetUtcNow();

    public Moment Moment => new(Now, Chance.Next());
}
