using System.Globalization;
using System.Security.Cryptography;

namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>
/// The faults for as long as one likes: <c>scripts/chaos.sh</c>, which says what the environment variables are.
/// </summary>
[Explicit("takes long"), NonParallelizable]
internal sealed class ChaosLongRun
{
    /// <summary>The others strike for so much less time than the first.</summary>
    private const double Share = 0.2;

    [Test]
    public async Task Faults_for_a_long_time()
    {
        var minutes = double.Parse(Setting("MINUTES") ?? "10", CultureInfo.InvariantCulture);
        var seed = int.Parse(Setting("SEED") ?? $"{RandomNumberGenerator.GetInt32(1_000_000)}", CultureInfo.InvariantCulture);
        var faults = Named(Setting("FAULTS") ?? "");
        var result = new ChaosResult();
        Say($"seed {seed}");
        foreach (var fault in faults)
        {
            var time = TimeSpan.FromMinutes(fault == faults[0] ? minutes : minutes * Share);
            Say($"{fault} for {time.TotalMinutes:0.##} min");
            fault.Require();
            await using var group = await ChaosGroup.StartAsync(fault.Surroundings, snapshotEntries: 500);
            var plan = new ChaosPlan(fault)
            {
                Seed = seed, Clients = 6, GoesOn = (rounds, elapsed) => rounds == 0 || elapsed < time,
            };
            var told = await ChaosStory.TellAsync(plan, group);
            Say($"{fault}: {told}");
            result += told;
        }
        Say($"{result}: no acknowledged write lost, none applied twice, snapshots byte-equal");
        Assert.That(result.Acknowledged, Is.GreaterThan(0), "the clients did write");
    }

    private static ImmutableArray<Fault> Named(string names) => names.Length == 0
        ? Fault.All
        : [.. names.Split(' ').Select(name => Fault.All.Single(fault => fault.Name == name))];

    private static string? Setting(string name) =>
        Environment.GetEnvironmentVariable($"SWARMNET_CHAOS_{name}") is { Length: > 0 } value ? value : null;

    private static void Say(string text) =>
        File.AppendAllText(Setting("OUT") ?? throw new InvalidOperationException("run scripts/chaos.sh"), text + "\n");
}
