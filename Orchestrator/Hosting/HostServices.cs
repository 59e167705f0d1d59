using Microsoft.Extensions.Logging;
using Orchestrator.Primitives;

namespace Orchestrator.Hosting;

/// <summary>What every part of the daemon gets from the process: settings, clock, log, chance.</summary>
internal sealed record HostServices(DaemonOptions Options, TimeProvider Time, ILoggerFactory Logging)
{
    public IdSource Ids { get; } = IdSource.Secure;

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>
    /// Set once when something failed that the daemon cannot go on without; it ends then, and says so by its exit code.
    /// </summary>
    public TaskCompletionSource<Exception> Fatal { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
