using Orchestrator.Api.Contracts;
using Orchestrator.Api.Http;

namespace Orchestrator.Api.Events;

/// <summary>Which events a client wants: all keys must fit, for each key one of its values.</summary>
internal sealed class EventFilter(ListFilters filters)
{
    public static readonly string[] Keys =
    [
        "type", "event", "scope", "label", "service", "node", "secret", "config", "network", "container", "image",
        "volume", "daemon", "plugin",
    ];

    private static readonly string[] Kinds = ["service", "node", "secret", "config", "network", "container", "image",
        "volume", "daemon", "plugin"];

    public bool Fits(EventDto one) =>
        filters.Any("type", type => type == one.Type)
        && filters.Any("event", action => action == one.Action)
        && filters.Any("scope", scope => scope == one.Scope)
        && filters.Labels("label", one.Actor.Attributes)
        && Kinds.All(kind => filters.Any(kind, value => kind == one.Type && Names(value, one.Actor)));

    private static bool Names(string value, EventActorDto actor) =>
        actor.Id.StartsWith(value, StringComparison.Ordinal)
        || actor.Attributes.GetValueOrDefault("name", "").StartsWith(value, StringComparison.Ordinal);
}
