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

    /// <summary>What can still be had of one kind; named units count one each.</summary>
    public static long FreeOf(string kind, NodeResources capacity, NodeUsage usage)
    {
        var (named, free, counted) = (false, 0L, 0L);
        foreach (var resource in capacity.Generic)
        {
            if (resource.Kind != kind)
                continue;
            named |= resource.Unit.Length > 0;
            free += resource.Unit.Length > 0 && !usage.HasUnit(resource) ? 1 : 0;
            counted += resource.Count;
        }
        return named ? free : counted - usage.Generic.GetValueOrDefault(kind);
    }

    /// <summary>What there is of one kind, in use or not.</summary>
    public static long TotalOf(string kind, NodeResources capacity) => capacity.Generic
        .Where(resource => resource.Kind == kind).Sum(resource => resource.Unit.Length > 0 ? 1 : resource.Count);

    /// <returns>null when nothing was there to choose from</returns>
    public static TaskGrant? Choose(SchedulingRequest request, Candidate candidate)
    {
        if (request.Generic.IsEmpty && request.PortRanges.IsEmpty)
            return null;
        var generic = request.Generic.SelectMany(wanted => UnitsFor(wanted, candidate));
        TryChoosePorts(request, candidate.Usage, out var ports);
        return new TaskGrant { Generic = [.. generic], Ports = ports };
    }

    /// <summary>The lowest free number of each range.</summary>
    public static bool TryChoosePorts(SchedulingRequest request, NodeUsage usage, out ImmutableArray<PortConfig> ports)
    {
        ports = [];
        foreach (var range in request.PortRanges)
        {
            if (FirstFree(range, request, usage, ports) is not { } number)
                return false;
            ports = ports.Add(range with { Published = number, PublishedEnd = 0 });
        }
        return true;
    }

    private static uint? FirstFree(
        PortConfig range, SchedulingRequest request, NodeUsage usage, ImmutableArray<PortConfig> chosen)
    {
        for (var number = range.Published; number <= range.PublishedEnd; number++)
        {
            var port = HostPort.Of(range with { Published = number });
            if (usage.IsFree(port) && !request.Ports.Any(port.ClashesWith)
                && !chosen.Any(other => HostPort.Of(other).ClashesWith(port)))
                return number;
        }
        return null;
    }

    private static IEnumerable<GenericResource> UnitsFor(GenericResource wanted, Candidate candidate)
    {
        GenericResource[] named =
        [
            .. candidate.Node.Description.Resources.Generic
                .Where(unit => unit.Kind == wanted.Kind && unit.Unit.Length > 0),
        ];
        return named.Length == 0 ? [wanted] : named.Where(unit => !candidate.Usage.HasUnit(unit))
            .OrderBy(unit => unit.Unit, StringComparer.Ordinal).Take((int)Math.Min(wanted.Count, int.MaxValue));
    }
}
