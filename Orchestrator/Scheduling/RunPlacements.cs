using System.Runtime.InteropServices;
using Orchestrator.Model;

namespace Orchestrator.Scheduling;

/// <summary>What a run has placed so far.</summary>
internal sealed class RunPlacements
{
    /// <summary>Each with where the one before it of the same service is, or -1.</summary>
    private readonly List<(ServiceTask Task, int Node, int Before)> _all = [];
    private readonly Dictionary<ServiceId, int> _lastOfService = [];

    public int Count => _all.Count;

    public (ServiceTask Task, int Node) this[int at] => (_all[at].Task, _all[at].Node);

    /// <param name="task">as it was before it had a node</param>
    /// <param name="node">index of its candidate</param>
    public void Add(ServiceTask task, int node)
    {
        ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(_lastOfService, task.ServiceId, out var isKnown);
        _all.Add((task, node, isKnown ? last : -1));
        last = _all.Count - 1;
    }

    /// <summary>Latest first.</summary>
    public IEnumerable<(ServiceTask Task, int Node)> Of(ServiceId service)
    {
        for (var at = _lastOfService.GetValueOrDefault(service, -1); at >= 0; at = _all[at].Before)
            yield return this[at];
    }
}
