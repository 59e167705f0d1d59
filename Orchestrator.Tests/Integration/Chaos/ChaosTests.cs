namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>
/// Real processes under real faults while clients write: short, one fault a test, one group for as many as possible.
/// <c>scripts/chaos.sh</c> goes on for longer with the same.
/// </summary>
[Category("Lab"), NonParallelizable]
internal sealed class ChaosTests
{
    /// <summary>So that a short test meets snapshots too.</summary>
    private const int SnapshotEntries = 100;

    private ChaosGroup? _group;
    private Surroundings _surroundings;
    private bool _isWell;

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_group is not null)
            await _group.DisposeAsync();
    }

    [TestCaseSource(typeof(Fault), nameof(Fault.All))]
    public async Task No_acknowledged_write_is_lost_and_none_counts_twice(Fault fault)
    {
        fault.Require();
        var group = await TakeGroupAsync(SurroundingsOf(fault));
        var plan = new ChaosPlan(fault) { GoesOn = (rounds, _) => rounds < fault.Rounds };
        var result = await ChaosStory.TellAsync(plan, group);
        await TestContext.Out.WriteLineAsync($"{fault}: {result}");
        Assert.That(result.Acknowledged, Is.GreaterThan(50), "the clients did write");
        await group.StartAgainAsync();
        await group.HealedAsync();
        _isWell = true;
    }

    /// <summary>What all faults but cuts can happen in is the same.</summary>
    private static Surroundings SurroundingsOf(Fault fault) =>
        fault.Surroundings.Hosts ? fault.Surroundings : new Surroundings(SmallDisk: Environment.IsPrivilegedProcess);

    /// <summary>The one of the test before, if that ended well and it fits.</summary>
    private async Task<ChaosGroup> TakeGroupAsync(Surroundings surroundings)
    {
        if (_group is null || !_isWell || _surroundings != surroundings)
        {
            if (_group is not null)
                await _group.DisposeAsync();
            _group = null;
            _group = await ChaosGroup.StartAsync(surroundings, SnapshotEntries);
            _surroundings = surroundings;
        }
        _isWell = false;
        return _group;
    }
}
