using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Store;

/// <summary>
/// What the tasks placed on one node set aside there; kept up to date by Apply so that no decision scans.
/// </summary>
public sealed record NodeUsage
{
    public static NodeUsage None { get; } = new();

    /// <summary>Tasks that hold resources: assigned to running.</summary>
    public int Tasks { get; init; }

    public long NanoCpus { get; init; }

    public long MemoryBytes { get; init; }

    /// <summary>Reserved units by <c>kind</c>.</summary>
    public ImmutableSortedDictionary<string, long> Generic { get; init; } =
        ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>Named units in use, <c>kind=unit</c>, counted for the same reason as ports.</summary>
    public ImmutableSortedDictionary<string, int> Units { get; init; } =
        ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>Host ports in use, counted: two tasks may overlap on one while one of them stops.</summary>
    public ImmutableSortedDictionary<HostPort, int> Ports { get; init; } =
        ImmutableSortedDictionary<HostPort, int>.Empty;

    public bool HasUnit(GenericResource unit) => Units.ContainsKey(UnitKey(unit));

    public bool IsFree(HostPort port)
    {
        foreach (var used in Ports.Keys)
            if (used.ClashesWith(port))
                return false;
        return true;
    }

    /// <param name="spec">of the task</param>
    /// <param name="grant">of the task</param>
    /// <param name="sign">+1 adds the task, -1 takes it away</param>
    public NodeUsage With(ServiceSpec spec, TaskGrant? grant, int sign)
    {
        var reserved = spec.Template.Resources?.Reservations;
        var next = this with
        {
            Tasks = Tasks + sign,
            NanoCpus = NanoCpus + (sign * (reserved?.NanoCpus ?? 0)),
            MemoryBytes = MemoryBytes + (sign * (reserved?.MemoryBytes ?? 0)),
        };
        foreach (var resource in reserved?.Generic ?? [])
            next = next with { Generic = Sum(next.Generic, resource.Kind, sign * resource.Count) };
        if (spec.Endpoint is not null)
            foreach (var port in HostPort.Of(spec))
                next = next with { Ports = Count(next.Ports, port, sign) };
        if (grant is not null)
            next = next.With(grant, sign);
        Invariant.Require(next.Tasks >= 0, "a node never has fewer than no tasks");
        return next;
    }

    private NodeUsage With(TaskGrant grant, int sign)
    {
        var next = this;
        foreach (var unit in grant.Generic.Where(resource => resource.Unit.Length > 0))
            next = next with { Units = Count(next.Units, UnitKey(unit), sign) };
        foreach (var port in grant.Ports)
            next = next with { Ports = Count(next.Ports, HostPort.Of(port), sign) };
        return next;
    }

    private static string UnitKey(GenericResource unit) => $"{unit.Kind}={unit.Unit}";

    private static ImmutableSortedDictionary<T, int> Count<T>(ImmutableSortedDictionary<T, int> counts, T key, int sign)
        where T : notnull
    {
        var count = counts.GetValueOrDefault(key) + sign;
        return count == 0 ? counts.Remove(key) : counts.SetItem(key, count);
    }

    private static ImmutableSortedDictionary<string, long> Sum(
        ImmutableSortedDictionary<string, long> sums, string key, long amount)
    {
        var sum = sums.GetValueOrDefault(key) + amount;
        return sum == 0 ? sums.Remove(key) : sums.SetItem(key, sum);
    }
}
