using System.Globalization;
using Orchestrator.Primitives;

namespace Orchestrator.Scheduling.Explaining;

/// <summary>Of what a node has too little for a group, each dimension by itself.</summary>
internal static class ResourceShortage
{
    public static RefusalDetail Of(SchedulingRequest request, Candidate candidate)
    {
        Dimension[] lacking = [.. Dimensions(request, candidate)
            .Where(each => !NodeFilters.Fits(each.Asked, each.Used, each.Capacity))];
        return new(string.Join("; ", lacking.Select(Describe)), Remedy(lacking));
    }

    private static string Remedy(Dimension[] lacking)
    {
        Dimension[] beyond = [.. lacking.Where(each => each.Asked > each.Capacity)];
        if (beyond.Length > 0)
            return $"reserve no more than it has: {Joined(beyond, each => each.Capacity)}";
        var room = $"make room there for {Joined(lacking, each => each.Asked - each.Free)}";
        return lacking.Any(each => each.Free == 0)
            ? room
            : $"{room}, or reserve at most {Joined(lacking, each => each.Free)}";
    }

    private static IEnumerable<Dimension> Dimensions(SchedulingRequest request, Candidate candidate)
    {
        var (capacity, usage) = (candidate.Capacity, candidate.Usage);
        yield return new("CPU", Amounts.OfCpus, request.NanoCpus, usage.NanoCpus, capacity.NanoCpus);
        yield return new("memory", Amounts.OfBytes, request.MemoryBytes, usage.MemoryBytes, capacity.MemoryBytes);
        foreach (var wanted in request.Generic)
        {
            var total = Grants.TotalOf(wanted.Kind, capacity);
            var free = Grants.FreeOf(wanted.Kind, capacity, usage);
            yield return new(wanted.Kind, Count, wanted.Count, total - free, total);
        }
    }

    private static string Describe(Dimension lacking) =>
        $"asked {lacking.Name} {lacking.Text(lacking.Asked)}, free {lacking.Text(lacking.Free)} of "
        + lacking.Text(lacking.Capacity);

    private static string Joined(Dimension[] dimensions, Func<Dimension, long> amount) =>
        string.Join(", ", dimensions.Select(each => $"{each.Name} {each.Text(amount(each))}"));

    private static string Count(long amount) => amount.ToString(CultureInfo.InvariantCulture);

    /// <param name="Text">an amount of it</param>
    private readonly record struct Dimension(
        string Name, Func<long, string> Text, long Asked, long Used, long Capacity)
    {
        /// <summary>A node that promised more than it has now has nothing left.</summary>
        public long Free => Math.Max(0, Capacity - Used);
    }
}
