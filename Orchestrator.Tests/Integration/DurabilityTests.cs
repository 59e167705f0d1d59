using System.Globalization;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration;

/// <summary>A real process is killed again and again while clients write: what was acknowledged is there.</summary>
internal sealed class DurabilityTests
{
    private const int Clients = 4;
    private static readonly int Kills = int.Parse(
        Environment.GetEnvironmentVariable("SWARMNET_TEST_KILLS") ?? "200", CultureInfo.InvariantCulture);

    /// <summary>Two daemons side by side, each with half of the kills: most of the time goes into starting them.</summary>
    [Test]
    public Task Two_hundred_kills_lose_no_acknowledged_service_and_leave_none_half_made() =>
        Task.WhenAll(KillAgainAndAgainAsync(seed: 1), KillAgainAndAgainAsync(seed: 2));

    private static async Task KillAgainAndAgainAsync(int seed)
    {
        await using var daemon = await DaemonProcess.StartAsync();
        await daemon.InitAsync();
        var ledger = new Ledger();
        var chance = new Random(seed);
        var acknowledged = 0;
        for (var kill = 1; kill <= Kills / 2; kill++)
        {
            var clients = Enumerable.Range(0, Clients).Select(client => WriteAsync(daemon.Api, ledger, kill, client)).ToArray();
            await ledger.ReachAsync(chance.Next(1, 12)); // somewhere in the middle of others
            await daemon.Kill9Async();
            await Task.WhenAll(clients);
            await daemon.StartAgainAsync();
            acknowledged += await CheckAsync(daemon.Api, ledger, kill);
        }
        Assert.That(acknowledged, Is.GreaterThan(Kills / 2), "the clients did write");
    }

    /// <summary>Creates services, and removes every third again, until the daemon is gone.</summary>
    private static async Task WriteAsync(ApiSocket api, Ledger ledger, int kill, int client)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var name = $"s-{kill}-{client}-{i}";
                ledger.Tried(name);
                var made = await api.PostAsync("/services/create", ServiceSpecs.Service(name, 0, "sleep", name));
                if (made.Status != 201)
                    throw new AssertionException($"create of {name} was refused: {made}");
                ledger.Made(name);
                if (i % 3 == 2)
                {
                    ledger.Unknown(name);
                    (await api.DeleteAsync($"/services/{name}")).Succeeded();
                    ledger.Gone(name);
                }
            }
        }
        catch (HttpRequestException)
        {
            // The kill.
        }
    }

    /// <summary>What every round leaves is checked, and removed now and then, so that rounds stay as quick as the first.</summary>
    private static async Task<int> CheckAsync(ApiSocket api, Ledger ledger, int kill)
    {
        var list = (await api.ReadAsync("/services")).AsArray();
        var names = list.ToDictionary(service => (string)service!["Spec"]!["Name"]!, service => service!);
        Assert.That(ledger.MustExist.Except(names.Keys), Is.Empty, $"acknowledged before kill {kill}, but lost");
        Assert.That(names.Keys.Intersect(ledger.MustNotExist), Is.Empty, $"removed before kill {kill}, but back");
        Assert.That(names.Keys.Except(ledger.Known), Is.Empty, "nobody asked for these");
        foreach (var (name, service) in names)
        {
            var container = service["Spec"]!["TaskTemplate"]!["ContainerSpec"]!;
            Assert.That((string?)container["Args"]![0], Is.EqualTo(name), "the whole service is there");
        }
        var acknowledged = ledger.MustExist.Count + ledger.MustNotExist.Count;
        if (kill % 20 != 0)
            return 0;
        foreach (var name in names.Keys)
            (await api.DeleteAsync($"/services/{name}")).Succeeded();
        ledger.Clear();
        return acknowledged;
    }

    /// <summary>What the clients know. A name is in one of the sets at most; between them it may be there or not.</summary>
    private sealed class Ledger
    {
        private readonly Lock _gate = new();
        private readonly HashSet<string> _known = [];
        private readonly HashSet<string> _exist = [];
        private readonly HashSet<string> _gone = [];
        private TaskCompletionSource? _reached;
        private int _missing;

        public HashSet<string> Known => _known;

        public HashSet<string> MustExist => _exist;

        public HashSet<string> MustNotExist => _gone;

        public Task ReachAsync(int more)
        {
            lock (_gate)
            {
                _missing = more;
                _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return _reached.Task.WaitAsync(Eventually.Patience);
            }
        }

        public void Tried(string name) => Change(() => _known.Add(name));

        public void Unknown(string name) => Change(() => _exist.Remove(name));

        public void Gone(string name) => Change(() => _gone.Add(name));

        public void Made(string name) => Change(() =>
        {
            _exist.Add(name);
            if (--_missing <= 0)
                _reached?.TrySetResult();
        });

        public void Clear() => Change(() =>
        {
            _known.Clear();
            _exist.Clear();
            _gone.Clear();
        });

        private void Change(Action change)
        {
            lock (_gate)
                change();
        }
    }
}
