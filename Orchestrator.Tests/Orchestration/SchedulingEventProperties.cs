using Orchestrator.Model;
using Orchestrator.Orchestration;
using Orchestrator.Primitives.Collections;
using Orchestrator.Store;
using Orchestrator.Tests.Scheduling;

namespace Orchestrator.Tests.Orchestration;

/// <summary>What waits is tried again when something that refused it changed, and nothing is forgotten by that.</summary>
public sealed class SchedulingEventProperties
{
    [Test]
    public void Whatever_fits_is_placed_though_only_some_changes_count([Range(1, 200)] int seed)
    {
        var cluster = new GeneratedCluster(seed) { HasPriorities = seed % 2 == 0 };
        var driver = new Driver(cluster);
        for (var round = 0; round < 8; round++)
        {
            driver.Drive();
            var state = cluster.Plane.State;
            foreach (var waiting in state.UnplacedTasks)
            {
                Assert.That(state.Nodes.Values.Where(node => GeneratedCluster.Fits(state, waiting, node)), Is.Empty,
                    () => $"{waiting.ServiceId} waits: {waiting.Status.Error}");
                Assert.That(waiting.Status.Error, Is.Not.Empty, "it says why it waits");
            }
            cluster.Disturb();
        }
    }

    /// <summary>One controller, told of changes as its loop would be.</summary>
    private sealed class Driver(GeneratedCluster cluster)
    {
        private readonly SchedulingController _controller = new();
        private StateSnapshot _seen = StateSnapshot.Empty;

        public void Drive()
        {
            for (var round = 0; round < 200; round++)
            {
                var before = cluster.Plane.State.Index;
                cluster.Reconcile();
                cluster.Plane.RunAgents();
                if (IsDue())
                    foreach (var part in _controller.Decide(new ReconcileContext(cluster.Plane.State, cluster.Now, cluster.Plane.Ids), "").Parts)
                        Assert.That(cluster.Plane.Propose(part).Refusal, Is.Null);
                if (cluster.Plane.State.Index == before)
                    return;
            }
            throw new AssertionException("it never comes to rest");
        }

        private bool IsDue()
        {
            var (now, before) = (cluster.Plane.State, _seen);
            _seen = now;
            ImmutableArray<ChangedKey>? keys = before.Index == 0 ? null :
            [
                .. Changed(Table.Nodes, before.Nodes, now.Nodes), .. Changed(Table.Services, before.Services, now.Services),
                .. Changed(Table.Tasks, before.Tasks, now.Tasks), .. Changed(Table.Revisions, before.Revisions, now.Revisions),
            ];
            return _controller.KeysOf(new StateChange(now, keys), before).Any();
        }

        private static IEnumerable<ChangedKey> Changed<T>(Table table, SortedMap<T> before, SortedMap<T> now) where T : class =>
            before.Keys.Union(now.Keys)
                .Where(key => !ReferenceEquals(before.GetValueOrDefault(key), now.GetValueOrDefault(key)))
                .Select(key => new ChangedKey(table, key));
    }
}
