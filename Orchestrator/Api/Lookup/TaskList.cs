using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Http;
using Orchestrator.Api.Mapping;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Lookup;

/// <summary>Tasks by filters. Those for service and node use the store's indexes: waiting clients poll.</summary>
internal static class TaskList
{
    public static IEnumerable<ServiceTask> Find(StateSnapshot state, HttpContext http)
    {
        var filters = ListFilters.Of(http,
            "id", "name", "label", "service", "node", "desired-state", "_up-to-date", "runtime");
        var services = filters["service"].Select(text => Service(state, text)).ToHashSet();
        var nodes = filters["node"].Select(text => Lookups.Node(state, text).Id).ToHashSet();
        var states = filters["desired-state"].Select(DesiredState).ToHashSet();
        var current = filters["_up-to-date"] is [var text, ..] ? Flag(text) : (bool?)null;
        return Candidates(state, services, nodes).Where(task =>
            (services.Count == 0 || services.Contains(task.ServiceId))
            && (nodes.Count == 0 || (task.NodeId is { } node && nodes.Contains(node)))
            && (states.Count == 0 || states.Contains(task.Desired))
            && (current is null || IsUpToDate(state, task) == current)
            && filters.AnyPrefix("id", task.Id.Value)
            && filters.Any("runtime", runtime => runtime == "container")
            && SpecFits(state, task, filters));
    }

    /// <summary>Names and labels are those of the revision, so that tasks of removed services are found too.</summary>
    private static bool SpecFits(StateSnapshot state, ServiceTask task, ListFilters filters)
    {
        if (filters["name"].Count == 0 && filters["label"].Count == 0)
            return true;
        var spec = state.Service(task.ServiceId)?.Spec ?? state.SpecOf(task);
        return filters.AnyPrefix("name", TaskMapper.NameOf(spec, task)) && filters.Labels("label", spec.Labels);
    }

    private static IEnumerable<ServiceTask> Candidates(
        StateSnapshot state, HashSet<ServiceId> services, HashSet<NodeId> nodes)
    {
        if (services.Count > 0)
            return services.SelectMany(service => state.TasksOf(service).Values);
        return nodes.Count > 0 ? nodes.SelectMany(node => state.TasksOn(node).Values) : state.Tasks.Values;
    }

    /// <summary>A removed service is known by its id as long as it has tasks.</summary>
    private static ServiceId Service(StateSnapshot state, string text)
    {
        var id = ServiceId.From(text);
        return state.TasksOf(id).IsEmpty ? Lookups.Service(state, text).Id : id;
    }

    private static bool IsUpToDate(StateSnapshot state, ServiceTask task) =>
        state.Service(task.ServiceId)?.TemplateRevision == task.Revision;

    private static TaskState DesiredState(string word)
    {
        foreach (var state in Enum.GetValues<TaskState>())
            if (state.Word() == word)
                return state;
        throw ApiException.Bad($"Invalid filter 'desired-state={word}'");
    }

    private static bool Flag(string text) => text switch
    {
        "1" or "true" => true,
        "0" or "false" => false,
        _ => throw ApiException.Bad($"Invalid filter '_up-to-date={text}'"),
    };
}
