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
            foreach (var task in state.Sharers.Values.SelectMany(sharers => sharers.Values).Where(task => task.Desired <= TaskState.Running && task.Eviction is null))
                Assert.That(task.Grant!.Shared.Select(shared => state.Task(shared.TaskId)), Has.All.Matches<ServiceTask?>(
                    other => other is { Desired: <= TaskState.Running } && other.NodeId == task.NodeId && other.Status.State.HoldsResources()),
                    () => $"{task.ServiceId} shares what is not there");
            cluster.Disturb();
        }
    }

    /// <summary>Controllers, told of changes as their loops would be.</summary>
    private sealed class Driver(GeneratedCluster cluster)
    {
        private readonly SchedulingController _scheduling = new();
        private readonly DependencyController _dependencies = new();
        private StateSnapshot _seen = StateSnapshot.Empty;

        public void Drive()
        {
            for (var round = 0; round < 200; round++)
            {
                var before = cluster.Plane.State.Index;
                cluster.Reconcile();
                cluster.Plane.RunAgents();
                var (change, last) = NextChange();
                foreach (var key in _dependencies.KeysOf(change, last).ToArray())
                    Make(_dependencies.Decide(Context, key));
                if (_scheduling.KeysOf(change, last).Any())
                    Make(_scheduling.Decide(Context, ""));
                if (cluster.Plane.State.Index == before)
                    return;
            }
            throw new AssertionException("it never comes to rest");
        }

        private ReconcileContext Context => new(cluster.Plane.State, cluster.Now, cluster.Plane.Ids);

        private void Make(ControllerDecision decision)
        {
            foreach (var part in decision.Parts)
                Assert.That(cluster.Plane.Propose(part).Refusal, Is.Null);
        }

        private (StateChange Change, StateSnapshot Before) NextChange()
        {
            var (now, before) = (cluster.Plane.State, _seen);
            _seen = now;
            ImmutableArray<ChangedKey>? keys = before.Index == 0 ? null :
            [
                .. Changed(Table.Nodes, before.Nodes, now.Nodes), .. Changed(Table.Services, before.Services, now.Services),
                .. Changed(Table.Tasks, before.Tasks, now.Tasks), .. Changed(Table.Revisions, before.Revisions, now.Revisions),
            ];
            return (new StateChange(now, keys), before);
        }

        private static IEnumerable<ChangedKey> Changed<T>(Table table, SortedMap<T> before, SortedMap<T> now) where T : class =>
            before.Keys.Union(now.Keys)
                .Where(key => !ReferenceEquals(before.GetValueOrDefault(key), now.GetValueOrDefault(key)))
                .Select(key => new ChangedKey(table, key));
    }
}
