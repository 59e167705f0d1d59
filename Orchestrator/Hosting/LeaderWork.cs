using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Orchestrator.Consensus;
using Orchestrator.Dispatching;
using Orchestrator.Managers;
using Orchestrator.Orchestration;
using Orchestrator.Store;

namespace Orchestrator.Hosting;

/// <summary>All that a manager does because it leads. It is made anew for each leadership and ends with it.</summary>
internal sealed class LeaderWork
{
    private readonly Leadership _leadership;
    private readonly StateStore _store;
    private readonly RaftNode _node;
    private readonly FencedProposer _proposer;
    private readonly HostServices _services;

    public LeaderWork(Leadership leadership, StateStore store, RaftNode node, HostServices services)
    {
        (_leadership, _store, _node, _services) = (leadership, store, node, services);
        _proposer = new FencedProposer(node, leadership);
        Dispatcher = new Dispatcher(
            new DispatchingEnvironment(store, _proposer, services.Time, services.Ids)
            {
                ManagerAddresses = () =>
                [
                    .. node.Status.Membership.Members.Select(member => member.Address).Where(known => known.Length > 0),
                ],
                Incarnation = node.Status.Membership.Incarnation,
                Term = leadership.Term,
                IsMember = id => ManagerStanding.IsMember(node.Status, id),
            },
            services.Logging.CreateLogger<Dispatcher>());
    }

    public Dispatcher Dispatcher { get; }

    /// <summary>Until the leadership is lost, or until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct, _leadership.Lost);
        await using var loops = new LoopGroup(_services, _services.Logging.CreateLogger<LeaderWork>());
        IController[] controllers =
        [
            new ServiceController(), new NodeController(), new DependencyController(), new SchedulingController(),
            new RebalancingController(),
        ];
        foreach (var controller in controllers)
            loops.Start(controller.Name, LoopOf(controller).RunAsync);
        loops.Start("dispatcher", Dispatcher.RunAsync);
        loops.Start("managers", Keeper().RunAsync);
        loops.Start("addresses", FollowMembersAsync);
        await Task.Delay(Timeout.InfiniteTimeSpan, _services.Time, ended.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task FollowMembersAsync(CancellationToken ct)
    {
        await foreach (var _ in _node.WatchAsync(ct))
            Dispatcher.ManagersChanged();
        // The log has ended, and says why itself.
        await Task.Delay(Timeout.InfiniteTimeSpan, _services.Time, ct);
    }

    private ManagerKeeper Keeper() => new(_node, _store, _proposer, _services.Logging.CreateLogger<ManagerKeeper>());

    private ControllerLoop LoopOf(IController controller)
    {
        // Each loop has its own: Random is not for several threads.
        var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        var environment = new ControllerEnvironment(
            _store, _proposer, _services.Time, _services.Ids, random.NextDouble);
        return new ControllerLoop(controller, environment, _services.Logging.CreateLogger<ControllerLoop>());
    }
}
