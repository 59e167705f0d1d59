using Orchestrator.Model;

namespace Orchestrator.Api.Validation;

/// <summary>What a spec asks for that is kept but has no effect: nobody should believe otherwise.</summary>
internal static class SpecWarnings
{
    private const string Effect = "tasks are replaced stop-first, and a replacement that does not run stops the update";

    /// <summary>What classic Swarm understood in the environment, or in a label, and what to write instead.</summary>
    private static readonly (string Entry, string Label, string Instead)[] OfClassicSwarm =
    [
        ("whitelist:", "com.docker.swarm.whitelists", "write constraint:node in (a, b)"),
        ("reschedule:", "com.docker.swarm.reschedule-policies", "tasks of a lost node are always replaced"),
    ];

    /// <summary>Null when everything takes effect.</summary>
    public static IReadOnlyList<string>? Of(ServiceSpec spec)
    {
        string[] ignored = [.. Ignored("update", spec.Update), .. Ignored("rollback", spec.Rollback)];
        var warnings = OfClassicSwarm.Where(old => Carries(spec, old.Entry, old.Label))
            .Select(old => $"without effect: {old.Entry} of classic Swarm; {old.Instead}").ToList();
        if (ignored.Length > 0)
            warnings.Insert(0, $"kept, but without effect in this version: {string.Join(", ", ignored)}; {Effect}");
        return warnings.Count == 0 ? null : warnings;
    }

    private static bool Carries(ServiceSpec spec, string entry, string label) =>
        spec.Labels.ContainsKey(label) || spec.Template.Container.Labels.ContainsKey(label)
        || spec.Template.Container.Env.Any(text => text.StartsWith(entry, StringComparison.Ordinal));

    private static IEnumerable<string> Ignored(string name, UpdatePolicy? policy)
    {
        if (policy is null)
            yield break;
        if (policy.Order == UpdateOrder.StartFirst)
            yield return $"{name} order start-first";
        if (policy.Delay > TimeSpan.Zero)
            yield return $"{name} delay";
        if (policy.FailureAction is not null and not FailureAction.Pause)
            yield return $"{name} failure action";
        if (policy.MaxFailureRatio > 0)
            yield return $"{name} max failure ratio";
    }
}
