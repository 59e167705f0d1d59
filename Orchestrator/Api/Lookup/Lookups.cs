using System.Globalization;
using Orchestrator.Model;
using Orchestrator.Primitives.Collections;
using Orchestrator.Store;

namespace Orchestrator.Api.Lookup;

/// <summary>Finds what a user names: exact id, else exact name, else a unique beginning of an id.</summary>
internal static class Lookups
{
    public static Service Service(StateSnapshot state, string text) =>
        state.Services.GetValueOrDefault(text) ?? state.ServiceNamed(text) ?? ByPrefix("service", text, state.Services);

    public static Node Node(StateSnapshot state, string text)
    {
        if (state.Nodes.TryGetValue(text, out var node))
            return node;
        var named = state.Nodes.Values.Where(candidate => IsNamed(candidate, text)).ToArray();
        return named.Length switch
        {
            0 => ByPrefix("node", text, state.Nodes),
            1 => named[0],
            _ => throw Ambiguous("node", text, named.Length),
        };
    }

    /// <summary>A name is <c>web.1</c>: of the tasks in that slot the one that is wanted, or else the newest.</summary>
    public static ServiceTask Task(StateSnapshot state, string text) =>
        state.Tasks.GetValueOrDefault(text) ?? InSlot(state, text) ?? ByPrefix("task", text, state.Tasks);

    private static ServiceTask? InSlot(StateSnapshot state, string text)
    {
        var dot = text.LastIndexOf('.');
        return dot > 0 && state.ServiceNamed(text[..dot]) is { } service
            && int.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var slot)
            ? state.TasksOf(service.Id).Values.Where(task => task.Slot == slot)
                .MaxBy(task => (task.Desired <= TaskState.Complete, task.Meta.CreatedAt, task.Key))
            : null;
    }

    private static bool IsNamed(Node node, string text) =>
        text.Equals(node.Description.Hostname, StringComparison.OrdinalIgnoreCase)
        || (node.Spec.Name.Length > 0 && text.Equals(node.Spec.Name, StringComparison.OrdinalIgnoreCase));

    private static T ByPrefix<T>(string kind, string text, SortedMap<T> table)
    {
        var found = text.Length == 0
            ? []
            : table.Where(row => row.Key.StartsWith(text, StringComparison.Ordinal)).Select(row => row.Value).ToArray();
        return found.Length switch
        {
            0 => throw ApiException.Missing($"{kind} {text} not found"),
            1 => found[0],
            _ => throw Ambiguous(kind, text, found.Length),
        };
    }

    private static ApiException Ambiguous(string kind, string text, int matches) =>
        ApiException.Bad($"{kind} {text} is ambiguous ({matches} matches found)");
}
