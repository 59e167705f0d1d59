using Orchestrator.Model;
using Orchestrator.Scheduling.Sharing;
using Orchestrator.Store;

namespace Orchestrator.Api.Validation;

/// <summary>What a service shares of others: network and volumes.</summary>
internal static class DependencyValidator
{
    /// <summary>What can be told from the spec alone.</summary>
    public static void Check(ServiceSpec spec)
    {
        if (Dependencies.ProblemOf(spec) is { } problem)
            throw ApiException.Bad(problem);
        if (!Dependencies.Of(spec).Any(dependency => dependency.Network))
            return;
        var container = spec.Template.Container;
        var own = container switch
        {
            _ when spec.Endpoint is { Ports.IsEmpty: false } => "published ports",
            { Hostname.Length: > 0 } => "a hostname",
            { Hosts.IsEmpty: false } => "extra hosts",
            { Dns: { } dns } when !(dns.Nameservers.IsEmpty && dns.Search.IsEmpty && dns.Options.IsEmpty) =>
                "DNS settings",
            _ => null,
        };
        if (own is not null)
            throw ApiException.Bad($"label {Dependencies.NetworkFrom}: a task that shares the network of another "
                + $"cannot have {own} of its own; set them on the service whose network it is");
    }

    /// <summary>Tasks that wait for each other in a ring would never start.</summary>
    public static void CheckRing(Service service, StateSnapshot state)
    {
        foreach (var dependency in Dependencies.Of(service.Spec))
            if (PathTo(service, dependency, state, []) is { } path)
                throw ApiException.Bad($"service {service.Spec.Name} cannot share of "
                    + (path.Length == 1 ? "itself" : $"{dependency.Service}, which depends on it itself: "
                        + string.Join(" → ", path.Prepend(service.Spec.Name))));
    }

    /// <returns>names from the dependency to the service; null when it does not depend on it</returns>
    private static ImmutableArray<string>? PathTo(
        Service service, Dependency dependency, StateSnapshot state, HashSet<ServiceId> seen)
    {
        if (dependency.Service == service.Id.Value
            || string.Equals(dependency.Service, service.Spec.Name, StringComparison.OrdinalIgnoreCase))
            return [service.Spec.Name];
        if (SharedTasks.ServiceOf(dependency, state) is not { } other || !seen.Add(other.Id))
            return null;
        foreach (var next in Dependencies.Of(other.Spec))
            if (PathTo(service, next, state, seen) is { } path)
                return [other.Spec.Name, .. path];
        return null;
    }
}
