using Microsoft.Extensions.Logging;
using Orchestrator.Agents;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Security;

namespace Orchestrator.Hosting;

/// <summary>All that runs while this host is a node of a cluster. Stopping it stops no task.</summary>
internal sealed class Membership : IAsyncDisposable
{
    private readonly LoopGroup loops;
    private readonly IContainerRuntime runtime;
    private readonly Agent agent;

    private Membership(NodeState state, HostServices services, IContainerRuntime runtime, Agent agent)
    {
        State = state;
        this.runtime = runtime;
        this.agent = agent;
        loops = new LoopGroup(services, services.Logging.CreateLogger<Membership>());
    }

    public NodeState State { get; }

    public ManagerSide? Manager { get; private init; }

    /// <param name="manager">running already; null for a worker</param>
    public static Membership Start(
        NodeState state, LiveIdentity identity, HostServices services, ManagerSide? manager, Action removed)
    {
        var runtime = RuntimeFactory.Create(state.Runtime, new ClusterId(state.ClusterId), services);
        var options = new AgentOptions
        {
            DataDirectory = DataPaths.Create(new DataPaths(services.Options.DataDirectory).Agent),
            Hostname = services.Options.Hostname,
            EngineLabels = services.Options.EngineLabels,
            DaemonVersion = HostDescription.Version,
            Managers = manager is null ? [.. state.Managers] : [manager.LocalAddress],
            NodeRemoved = removed,
        };
        var agent = new Agent(options, runtime, identity, services.Time, services.Logging);
        var membership = new Membership(state, services, runtime, agent) { Manager = manager };
        membership.loops.Start("agent", agent.RunAsync);
        return membership;
    }

    /// <summary>Stops this node's tasks for good, because it leaves.</summary>
    public Task StopTasksAsync(CancellationToken ct) => agent.StopAllTasksAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await loops.DisposeAsync();
        await runtime.DisposeAsync();
        if (Manager is not null)
            await Manager.DisposeAsync();
    }
}
