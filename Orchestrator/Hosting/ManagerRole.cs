using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Orchestrator.Consensus;
using Orchestrator.Model;
using Orchestrator.Orchestration;
using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Hosting;

/// <summary>The replicated state and everything that decides on it, while this host is a manager.</summary>
internal sealed class ManagerRole : IAsyncDisposable
{
    private readonly HostServices _services;
    private readonly RaftNode _log;

    // The deciders stop before the log that they propose to.
    private readonly LoopGroup _logLoops;
    private readonly LoopGroup _deciders;

    private ManagerRole(HostServices services, StateStore store, RaftNode log)
    {
        _services = services;
        _log = log;
        Store = store;
        var logger = services.Logging.CreateLogger<ManagerRole>();
        _logLoops = new LoopGroup(services, logger);
        _deciders = new LoopGroup(services, logger);
    }

    public StateStore Store { get; }

    public IProposer Proposer => _log;

    /// <summary>Opens the log, starts to take proposals and brings the state up to date.</summary>
    /// <exception cref="Consensus.Log.LogException">the log cannot be used</exception>
    public static async Task<ManagerRole> OpenAsync(string directory, NodeId node, HostServices services)
    {
        var store = new StateStore();
        var options = new RaftNodeOptions { Directory = directory, Node = node.Value };
        var around = new NodeSurroundings(store, services.Logging.CreateLogger<RaftNode>(), services.Time);
        var role = new ManagerRole(services, store, RaftNode.Open(options, around));
        role._logLoops.Start("log", role._log.RunAsync);
        try
        {
            await role._log.ReadyAsync(CancellationToken.None);
            return role;
        }
        catch
        {
            await role.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts to decide. What decides belongs to the leader; a single manager always leads.</summary>
    public void Lead(IEnumerable<HostedLoop> more)
    {
        foreach (var controller in new IController[] { new ServiceController(), new SchedulingController() })
        {
            // Each loop has its own: Random is not for several threads.
            var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
            var environment = new ControllerEnvironment(Store, _log, _services.Time, _services.Ids, random.NextDouble);
            var loop = new ControllerLoop(controller, environment, _services.Logging.CreateLogger<ControllerLoop>());
            _deciders.Start(controller.Name, loop.RunAsync);
        }
        foreach (var hosted in more)
            _deciders.Start(hosted.Name, hosted.RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _deciders.DisposeAsync();
        await _logLoops.DisposeAsync();
        await _log.DisposeAsync();
    }
}

/// <summary>A loop that another room brings.</summary>
internal sealed record HostedLoop(string Name, Func<CancellationToken, Task> RunAsync);
