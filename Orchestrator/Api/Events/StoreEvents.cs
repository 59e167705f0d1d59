using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Mapping;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Events;

/// <summary>What happened to services and nodes between two states; steps in between are skipped.</summary>
internal static class StoreEvents
{
    public static IEnumerable<EventDto> Between(StateSnapshot before, StateChange change, DateTimeOffset now)
    {
        var after = change.Snapshot;
        var keys = change.Keys ?? Everything(before, after);
        foreach (var key in keys.Distinct())
        {
            before.TryFind(key.Table, key.Key, out var old);
            after.TryFind(key.Table, key.Key, out var next);
            var isShown = key.Table is Table.Services or Table.Nodes && old?.Meta.Version != next?.Meta.Version;
            if (isShown)
                yield return Event(old, next, now);
        }
    }

    private static ImmutableArray<ChangedKey> Everything(StateSnapshot before, StateSnapshot after) =>
    [
        .. before.Services.Keys.Concat(after.Services.Keys).Select(key => new ChangedKey(Table.Services, key)),
        .. before.Nodes.Keys.Concat(after.Nodes.Keys).Select(key => new ChangedKey(Table.Nodes, key)),
    ];

    private static EventDto Event(IStoreObject? old, IStoreObject? next, DateTimeOffset now) => new()
    {
        Type = (next ?? old) is Service ? "service" : "node",
        Action = old is null ? "create" : next is null ? "remove" : "update",
        Actor = new() { Id = (next ?? old)!.Key, Attributes = Attributes(old, next) },
        Time = now.ToUnixTimeSeconds(),
        TimeNano = Wire.Nanoseconds(now - DateTimeOffset.UnixEpoch),
    };

    private static ImmutableSortedDictionary<string, string> Attributes(IStoreObject? old, IStoreObject? next) =>
        (old, next) switch
        {
            (Service before, Service after) => Service(before, after),
            (Node before, Node after) => Node(before, after),
            _ => StringMap.Empty.Add("name", NameOf(next ?? old)),
        };

    private static ImmutableSortedDictionary<string, string> Service(Service old, Service next) => StringMap.Empty
        .Add("name", next.Spec.Name)
        .AddChange("image", old.Spec.Template.Container.Image, next.Spec.Template.Container.Image)
        .AddChange("replicas", Text(old.Spec.Mode.Replicas), Text(next.Spec.Mode.Replicas))
        .AddChange("updatestate", Word(old.UpdateStatus), Word(next.UpdateStatus));

    private static ImmutableSortedDictionary<string, string> Node(Node old, Node next) => StringMap.Empty
        .Add("name", next.Description.Hostname)
        .AddChange("availability", Words.Of(old.Spec.Availability), Words.Of(next.Spec.Availability))
        .AddChange("role", Words.Of(old.Spec.Role), Words.Of(next.Spec.Role))
        .AddChange("state", Words.Of(old.Status.State), Words.Of(next.Status.State));

    private static ImmutableSortedDictionary<string, string> AddChange(
        this ImmutableSortedDictionary<string, string> attributes, string name, string old, string next)
    {
        if (old == next)
            return attributes;
        if (old.Length > 0)
            attributes = attributes.Add($"{name}.old", old);
        return next.Length > 0 ? attributes.Add($"{name}.new", next) : attributes;
    }

    private static string NameOf(IStoreObject? value) => value switch
    {
        Service service => service.Spec.Name,
        Node node => node.Description.Hostname,
        _ => "",
    };

    private static string Word(UpdateStatus? status) => status is null ? "" : Words.Of(status.State);

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
