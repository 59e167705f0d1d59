using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Consensus;

namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>The comparison of what managers have on their disks notices what it is there for.</summary>
internal sealed class RecoveredMemberTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public async Task SetUp()
    {
        _directory = new TemporaryDirectory();
        await ProposeAsync("one", Create("a"), Create("b"));
        Copy("one", "other");
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public void The_same_log_gives_the_same_state()
    {
        var state = Verdict.SameState([Open("one"), Open("other")], Open("one").LastIndex);
        Assert.That(state.Services.Values.Select(service => service.Spec.Name), Is.EquivalentTo((string[])["a", "b"]));
    }

    [Test]
    public async Task Another_state_is_noticed()
    {
        await ProposeAsync("one", Create("c"));
        await ProposeAsync("other", Create("d"));
        AssertDifferent();
    }

    [Test]
    public async Task Other_sessions_are_noticed_though_the_state_is_the_same()
    {
        var change = Create("c");
        await ProposeAsync("one", change);
        await ProposeAsync("other", change);
        AssertDifferent();
    }

    [Test]
    public async Task A_member_that_lacks_something_is_noticed()
    {
        await ProposeAsync("one", Create("c"));
        var (one, other) = (Open("one"), Open("other"));
        Assert.That(() => Verdict.SameState([one, other], one.LastIndex),
            Throws.TypeOf<AssertionException>().With.Message.Contains("the place that all states"));
    }

    [Test]
    public void A_command_with_two_outcomes_took_effect_twice()
    {
        var results = new CommandResults();
        results.Add(Outcome(sequence: 1, index: 5));
        results.Add(Outcome(sequence: 1, index: 5));
        results.Add(Outcome(sequence: 2, index: 6));
        Assert.That(results.Twice, Is.Empty);
        results.Add(Outcome(sequence: 2, index: 7));
        Assert.That(results.Twice, Has.Count.EqualTo(1));
    }

    private static AppliedCommand Outcome(ulong sequence, ulong index) =>
        new(1, sequence) { Result = new Applied(index, null) };

    private void AssertDifferent()
    {
        var (one, other) = (Open("one"), Open("other"));
        Assert.That(one.LastIndex, Is.EqualTo(other.LastIndex));
        Assert.That(() => Verdict.SameState([one, other], one.LastIndex),
            Throws.TypeOf<AssertionException>().With.Message.Contains("is not the same everywhere"));
    }

    private RecoveredMember Open(string name) => RecoveredMember.Open(_directory.Child(name), "m1");

    private void Copy(string from, string to)
    {
        Directory.CreateDirectory(_directory.Child(to));
        foreach (var file in Directory.GetFiles(_directory.Child(from)))
            File.Copy(file, Path.Combine(_directory.Child(to), Path.GetFileName(file)));
    }

    private static Transaction Create(string name) => Transaction.Of(Change.Create(new Service
    {
        Id = new ServiceId($"id-{name}"),
        Spec = new ServiceSpec
        {
            Name = name, Template = new TaskTemplate { Container = new ContainerSpec { Image = "app:1" } },
        },
    }));

    /// <summary>As a group of one, in one life of its node.</summary>
    private async Task ProposeAsync(string name, params Transaction[] transactions)
    {
        using var stop = new CancellationTokenSource();
        await using var node = RaftNode.Open(
            new RaftNodeOptions { Directory = _directory.Child(name), Node = "m1" },
            new NodeSurroundings(new StateStore(), NullLogger.Instance, TimeProvider.System));
        var loop = node.RunAsync(stop.Token);
        foreach (var transaction in transactions)
        {
            var applied = await ((IProposer)node).ProposeAsync(transaction, default).AsTask().WaitAsync(Eventually.Patience);
            Assert.That(applied.Accepted, Is.True);
        }
        await stop.CancelAsync();
        await loop;
    }
}
