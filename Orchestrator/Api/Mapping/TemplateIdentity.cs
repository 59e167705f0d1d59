using Orchestrator.Model;
using Orchestrator.Serialization;
using Orchestrator.Store;

namespace Orchestrator.Api.Mapping;

/// <summary>
/// Whether tasks of one revision are up to date for another: they are when template and endpoint mean the same, however
/// they are written. Clients post a service again with <c>{}</c> for nothing, and no task may restart for that.
/// </summary>
internal static class TemplateIdentity
{
    /// <summary>
    /// The stored revision that tasks of the spec have; null when none means the same. Always the oldest one, so that
    /// all tasks of the same meaning have the same number.
    /// </summary>
    public static ServiceRevision? Find(StateSnapshot state, ServiceId service, ServiceSpec spec)
    {
        var wanted = Canonical(spec);
        return state.RevisionsOf(service).FirstOrDefault(
            revision => Canonical(revision.Spec).AsSpan().SequenceEqual(wanted));
    }

    /// <summary>Equal bytes = equal meaning.</summary>
    public static byte[] Canonical(ServiceSpec spec) => MessagePackSerializer.Serialize(new ServiceSpec
    {
        Name = "",
        // All other labels of a service are not its tasks' business.
        Labels = StringMap.Empty.AddRange(spec.Labels.Where(label => Dependencies.IsLabel(label.Key))),
        Template = Normal(SpecDefaults.Insert(spec.Template)),
        Endpoint = SpecDefaults.Insert(spec.Endpoint),
    });

    private static TaskTemplate Normal(TaskTemplate template) => template with
    {
        Resources = new ResourceRequirements
        {
            Limits = template.Resources?.Limits ?? new ResourceLimits(),
            Reservations = template.Resources?.Reservations ?? new NodeResources(),
        },
        Restart = template.Restart! with { Window = template.Restart.Window ?? TimeSpan.Zero },
        LogDriver = template.LogDriver ?? new DriverConfig(),
    };
}
