using Orchestrator.Dispatching;
using Orchestrator.Model;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Dispatching;

public sealed class NodeLivenessTests
{
    private readonly SortedDictionary<string, DateTimeOffset> seen = new(StringComparer.Ordinal);
    private ControlPlane plane = null!;
    private DateTimeOffset start;

    [SetUp]
    public void SetUp()
    {
        seen.Clear();
        plane = new ControlPlane();
        plane.Apply(Change.Create(new Cluster
        {
            Id = new ClusterId("c"), Spec = new ClusterSpec { HeartbeatPeriod = TimeSpan.FromSeconds(5) },
        }));
        plane.AddNode("one");
        start = plane.Now.AddHours(1);
    }

    [Test]
    public void A_node_may_miss_three_heartbeats()
    {
        seen["one"] = start.AddSeconds(100);
        Assert.That(Judge(114.9).Expired, Is.Empty);
        Assert.That(Judge(114.9).NextLook, Is.EqualTo(start.AddSeconds(115)));
        Assert.That(Judge(115).Expired, Is.EqualTo(new[] { new NodeId("one") }));
    }

    [Test]
    public void After_a_start_of_the_manager_nodes_have_twice_the_time_to_come()
    {
        Assert.That(Judge(29.9).Expired, Is.Empty);
        Assert.That(Judge(30).Expired, Has.Length.EqualTo(1));
    }

    [Test]
    public void A_node_that_joins_later_has_twice_the_time_from_then_on()
    {
        plane.ChangeNode("one", node => node with
        {
            Status = new NodeStatus { State = NodeState.Unknown, Since = start.AddSeconds(60) },
        });
        Assert.That(Judge(89.9).Expired, Is.Empty);
        Assert.That(Judge(90).Expired, Has.Length.EqualTo(1));
    }

    [Test]
    public void The_clock_of_the_manager_before_does_not_make_a_lost_node_wait_longer()
    {
        plane.ChangeNode("one", node => node with
        {
            Status = new NodeStatus { State = NodeState.Ready, Since = start.AddHours(1) },
        });
        var signs = new SignsOfLife(seen, start) { Former = plane.State.Nodes.Keys.ToHashSet() };
        Assert.That(NodeLiveness.Judge(plane.State, signs, start.AddSeconds(29.9)).Expired, Is.Empty);
        Assert.That(NodeLiveness.Judge(plane.State, signs, start.AddSeconds(30)).Expired, Has.Length.EqualTo(1));
    }

    [Test]
    public void Who_is_down_already_is_not_called_down_again()
    {
        plane.SetNodeState("one", NodeState.Down);
        var verdict = Judge(1000);
        Assert.That(verdict.Expired, Is.Empty);
        Assert.That(verdict.NextLook, Is.Null);
    }

    [Test]
    public void The_next_look_is_at_the_earliest_deadline()
    {
        plane.AddNode("two");
        (seen["one"], seen["two"]) = (start.AddSeconds(7), start.AddSeconds(3));
        Assert.That(Judge(8).NextLook, Is.EqualTo(start.AddSeconds(18)));
    }

    private LivenessVerdict Judge(double seconds) =>
        NodeLiveness.Judge(plane.State, new SignsOfLife(seen, start), start.AddSeconds(seconds));
}
