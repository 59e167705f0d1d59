using Orchestrator.Model;

namespace Orchestrator.Api.Validation;

/// <summary>What a spec asks for that is kept but has no effect: nobody should believe otherwise.</summary>
internal static class SpecWarnings
{
    private const string Effect = "tasks are replaced stop-first, and a replacement that does not run stops the update";

    /// <summary>Null when everything takes effect.</summary>
    public static IReadOnlyList<string>? Of(ServiceSpec spec)
    {
        var ignored = Ignored("update", spec.Update).Concat(Ignored("rollback", spec.Rollback)).ToArray();
        return ignored.Length == 0
            ? null
            : [$"kept, but without effect in this version: {string.Join(", ", ignored)}; {Effect}"];
    }

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
