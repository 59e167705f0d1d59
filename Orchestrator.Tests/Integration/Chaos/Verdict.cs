using System.Text.Json.Nodes;
using Orchestrator.Store;

namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>What has to hold of a group that is healed and that nobody writes to any more.</summary>
internal static class Verdict
{
    /// <summary>Kills the managers on the way.</summary>
    /// <returns>how many commands came to the log more than once</returns>
    public static async Task<int> ReachAsync(ChaosGroup group, History history)
    {
        // All that was confirmed before is behind this index.
        var last = (ulong)(long)(await MarkAsync(group, history))["Version"]!["Index"]!;
        await ReadAsync(group, history);
        await group.Kill9Async();
        var members = group.Recover();
        var state = SameState(members, Math.Max(last, members.Max(member => member.SnapshotIndex)));
        CountTurns(state, history);
        return members.Max(member => member.Repeated());
    }

    /// <summary>Fails unless all members recover to the same bytes at the index, and agree on every entry.</summary>
    public static StateSnapshot SameState(IReadOnlyList<RecoveredMember> members, ulong index)
    {
        var states = members.Select(member => member.StateAt(index)).ToArray();
        Assert.That(states.SelectMany(state => state.Results.Twice), Is.Empty, "commands that took effect twice");
        Assert.That(members.Where((member, at) => !states[at].Bytes.AsSpan().SequenceEqual(states[0].Bytes)), Is.Empty,
            $"the state at index {index}, with the clients' sessions, is not the same everywhere");
        var payloads = new Dictionary<ulong, ReadOnlyMemory<byte>>();
        foreach (var entry in members.SelectMany(member => member.Entries).Where(entry => entry.Index <= index))
        {
            payloads.TryAdd(entry.Index, entry.Payload);
            Assert.That(payloads[entry.Index].Span.SequenceEqual(entry.Payload.Span), $"entry {entry.Index} is not the same");
        }
        return states[0].Store;
    }

    private static async Task<JsonNode> MarkAsync(ChaosGroup group, History history)
    {
        var api = group.Managers[0].Api;
        var id = await api.CreateAsync(ServiceSpecs.Service($"after-{history.Story}", 0, "sleep", "1"));
        return await api.ReadAsync($"/services/{id}");
    }

    /// <summary>Every manager shows the same, and nothing that contradicts what the clients know.</summary>
    private static async Task ReadAsync(ChaosGroup group, History history)
    {
        var client = new LoadClient("reader", [group.Managers[0].Api], history, new Random(0));
        for (var register = 0; register < History.Registers; register++)
            Assert.That(await client.ReadAsync(register), Is.Not.Null, "a healed group answers");
        var shown = await Task.WhenAll(group.Managers.Select(manager => manager.Api.ReadAsync("/services")));
        Assert.That(shown.Select(services => services.ToJsonString()), Has.All.EqualTo(shown[0].ToJsonString()));
        var names = shown[0].AsArray().Select(service => (string)service!["Spec"]!["Name"]!);
        Assert.That(history.Problems(names), Is.Empty, "what clients know does not fit to what there is");
    }

    /// <summary>A service's revision counts how often it was changed.</summary>
    private static void CountTurns(StateSnapshot state, History history)
    {
        foreach (var turns in history.Turns)
            Assert.That(state.ServiceNamed(turns.Name)!.Revision, Is.EqualTo(turns.Last + 1), $"revision of {turns.Name}");
    }
}
