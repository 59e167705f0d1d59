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

    /// <summary>Host ports in use, counted: two tasks may overlap on one while one of them stops.</summary>
    public ImmutableSortedDictionary<HostPort, int> Ports { get; init; } =
        ImmutableSortedDictionary<HostPort, int>.Empty;

    /// <param name="spec">of the task</param>
    /// <param name="sign">+1 adds the task, -1 takes it away</param>
    public NodeUsage With(ServiceSpec spec, int sign)
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
        Invariant.Require(next.Tasks >= 0, "a node never has fewer than no tasks");
        return next;
    }

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

/// <summary>A port of a host that at most one task can have.</summary>
public readonly record struct HostPort(PortProtocol Protocol, uint Number) : IComparable<HostPort>
{
    /// <summary>The fixed host-mode ports of a service; those that the system picks never clash.</summary>
    public static IEnumerable<HostPort> Of(ServiceSpec spec) =>
        from port in spec.Endpoint?.Ports ?? []
        where port.Mode == PublishMode.Host && port.Published != 0
        select new HostPort(port.Protocol, port.Published);

    public int CompareTo(HostPort other) =>
        Protocol != other.Protocol ? Protocol.CompareTo(other.Protocol) : Number.CompareTo(other.Number);

    public static bool operator <(HostPort a, HostPort b) => a.CompareTo(b) < 0;

    public static bool operator >(HostPort a, HostPort b) => a.CompareTo(b) > 0;

    public static bool operator <=(HostPort a, HostPort b) => a.CompareTo(b) <= 0;

    public static bool operator >=(HostPort a, HostPort b) => a.CompareTo(b) >= 0;
}
