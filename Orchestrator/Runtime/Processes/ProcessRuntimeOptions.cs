using Orchestrator.Model;

namespace Orchestrator.Runtime.Processes;

/// <param name="DataDir">of the daemon; tasks are kept under <c>processes/</c> in it</param>
/// <param name="ClusterId">only tasks of this cluster are ours</param>
/// <param name="SelfPath">this very binary: it is every task's supervisor, and the image <c>swarmnet</c></param>
public sealed record ProcessRuntimeOptions(string DataDir, ClusterId ClusterId, string SelfPath)
{
    /// <summary>How often every task is looked at, in case the kernel's notice of a change was lost.</summary>
    public TimeSpan SweepPeriod { get; init; } = TimeSpan.FromSeconds(5);

    internal string Root => Path.Combine(DataDir, "processes");
}
