using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Scheduling;

/// <summary>Which units and which ports of a node a task gets, where any of several will do.</summary>
internal static class Grants
{
    /// <summary>Ranges that end first choose first: the others have more left.</summary>
    public static IEnumerable<PortConfig> RangesOf(EndpointSpec endpoint) => endpoint.Ports
        .Where(port => port.Mode == PublishMode.Host && port.PublishedEnd > port.Published)
        .OrderBy(port => port.PublishedEnd).ThenBy(port => port.Published);

    /// <summary>What can still be had of one kind. Where units have names only those count, one each.</summary>
    public static long FreeOf(string kind, NodeResources capacity, NodeUsage usage)
    {
        var (isNamed, free) = (false, 0L);
        foreach (var resource in capacity.Generic)
            if (resource.Kind == kind && resource.Unit.Length > 0)
            {
                isNamed = true;
                free += usage.HasUnit(resource) ? 0 : 1;
            }
        return isNamed ? free : TotalOf(kind, capacity) - usage.Generic.GetValueOrDefault(kind);
    }

    /// <summary>What there is of one kind, in use or not.</summary>
    public static long TotalOf(string kind, NodeResources capacity)
    {
        var (named, counted) = (0L, 0L);
        foreach (var resource in capacity.Generic)
        {
            if (resource.Kind != kind)
                continue;
            if (resource.Unit.Length > 0)
                named++;
            else
                counted = resource.Count > long.MaxValue - counted ? long.MaxValue : counted + resource.Count;
        }
        return named > 0 ? named : counted;
    }

    /// <param name="skipped">free ports to leave out of each range, as long as there are others</param>
    /// <param name="shared">tasks there that were chosen for it already</param>
    /// <returns>null when nothing was there to choose from</returns>
    public static TaskGrant? Choose(
        SchedulingRequest request, Node node, NodeUsage usage, int skipped, ImmutableArray<SharedTask> shared)
    {
        if (request.Generic.IsEmpty && request.PortRanges.IsEmpty && shared.IsEmpty)
            return null;
        var generic = request.Generic.SelectMany(wanted => UnitsFor(wanted, node, usage));
        TryChoosePorts(request, usage, skipped, out var ports);
        return new TaskGrant { Generic = [.. generic], Ports = ports, Shared = shared };
    }

    /// <summary>The lowest free number of each range, but for those that are skipped.</summary>
    public static bool TryChoosePorts(
        SchedulingRequest request, NodeUsage usage, int skipped, out ImmutableArray<PortConfig> ports)
    {
        ports = [];
        foreach (var range in request.PortRanges)
        {
            var free = FreeIn(range, request, usage, ports);
            if (!free.Any())
                return false;
            var number = skipped == 0 ? free.First() : free.ElementAt(skipped % free.Count());
            ports = ports.Add(range with { Published = number, PublishedEnd = 0 });
        }
        return true;
    }

    private static IEnumerable<uint> FreeIn(
        PortConfig range, SchedulingRequest request, NodeUsage usage, ImmutableArray<PortConfig> chosen)
    {
        for (var number = range.Published; number <= range.PublishedEnd; number++)
        {
            var port = HostPort.Of(range with { Published = number });
            if (usage.IsFree(port) && !request.Ports.Any(port.ClashesWith)
                && !chosen.Any(other => HostPort.Of(other).ClashesWith(port)))
                yield return number;
        }
    }

    private static IEnumerable<GenericResource> UnitsFor(GenericResource wanted, Node node, NodeUsage usage)
    {
        GenericResource[] named =
        [
            .. node.Description.Resources.Generic
                .Where(unit => unit.Kind == wanted.Kind && unit.Unit.Length > 0),
        ];
        return named.Length == 0 ? [wanted] : named.Where(unit => !usage.HasUnit(unit))
            .OrderBy(unit => unit.Unit, StringComparer.Ordinal).Take((int)Math.Min(wanted.Count, int.MaxValue));
    }
}
