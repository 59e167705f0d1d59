using System.Globalization;
using Orchestrator.Model;

namespace Orchestrator.Api.Validation;

internal static class ResourceValidator
{
    private const string GenericField = "TaskTemplate.Resources.Reservations.GenericResources";
    private const long SmallestNanoCpus = 1_000_000;
    private const long SmallestMemory = 4 * 1024 * 1024;

    public static void Check(ResourceRequirements? resources)
    {
        if (resources?.Limits is { } limits)
        {
            Cpu(limits.NanoCpus);
            Memory(limits.MemoryBytes);
            if (limits.Pids < 0)
                throw ApiException.Bad($"invalid pids value {limits.Pids}: need 0 (no limit) or more");
        }
        if (resources?.Reservations is { } reservations)
        {
            Cpu(reservations.NanoCpus);
            Memory(reservations.MemoryBytes);
            foreach (var generic in reservations.Generic)
                Generic(generic);
            var kinds = reservations.Generic.CountBy(generic => generic.Kind);
            if (kinds.FirstOrDefault(kind => kind.Value > 1).Key is { } twice)
                throw ApiException.Bad($"{GenericField}: '{twice}' is asked for twice");
        }
    }

    private static void Cpu(long nano)
    {
        if (nano is < 0 or > 0 and < SmallestNanoCpus)
            throw ApiException.Bad(
                $"invalid cpu value {(nano / 1e9).ToString(CultureInfo.InvariantCulture)}: Must be at least 0.001");
    }

    private static void Memory(long bytes)
    {
        if (bytes is < 0 or > 0 and < SmallestMemory)
            throw ApiException.Bad($"invalid memory value {bytes}: Must be at least 4MiB");
    }

    private static void Generic(GenericResource resource)
    {
        Texts.Word($"{GenericField}: kind", resource.Kind);
        if (resource.Unit.Length > 0)
            throw ApiException.Bad($"{GenericField}: a service asks for a number of '{resource.Kind}', not for one by "
                + "name: use DiscreteResourceSpec");
        if (resource.Count < 1)
            throw ApiException.Bad($"{GenericField}: need 1 or more of '{resource.Kind}', not {resource.Count}");
    }
}
