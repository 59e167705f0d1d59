using Orchestrator.Model;
using Orchestrator.Scheduling;
using Orchestrator.Scheduling.Affinities;
using Orchestrator.Scheduling.Expressions;
using Orchestrator.Scheduling.Preemption;
using Orchestrator.Scheduling.Rebalancing;

namespace Orchestrator.Api.Validation;

/// <summary>Refuses what could never run, before it is stored.</summary>
internal static class SpecValidator
{
    /// <exception cref="ApiException">says what is wrong and where</exception>
    public static void Check(ServiceSpec spec)
    {
        Name(spec.Name);
        Mode(spec.Mode);
        Texts.Labels("Labels", spec.Labels);
        Policy("UpdateConfig", spec.Update);
        Policy("RollbackConfig", spec.Rollback);
        if (spec.Rollback?.FailureAction == FailureAction.Rollback)
            throw ApiException.Bad("RollbackConfig.FailureAction: a rollback cannot be rolled back; "
                + "need pause or continue");
        if (spec.Endpoint is { } endpoint)
            EndpointValidator.Check(endpoint);
        ContainerValidator.Check(spec.Template.Container);
        ResourceValidator.Check(spec.Template.Resources);
        Placement(spec.Template.Placement);
        Affinities(spec);
        DependencyValidator.Check(spec);
        if ((Priority.ProblemOf(spec.Labels) ?? Strategies.ProblemOf(spec.Labels)) is { } problem)
            throw ApiException.Bad(problem);
        Rebalancing(spec);
        if (spec.Template.LogDriver is { } driver)
        {
            Texts.NoZero("TaskTemplate.LogDriver.Name", driver.Name);
            Texts.Labels("TaskTemplate.LogDriver.Options", driver.Options);
        }
    }

    /// <summary>Letters and digits, with dashes and underscores between them.</summary>
    public static void Name(string name)
    {
        var valid = name.Length is > 0 and <= Limits.NameLength
            && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1])
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        if (!valid)
            throw ApiException.Bad($"name must be valid as a DNS name component: letters, digits, - and _, at most "
                + $"{Limits.NameLength} characters, a letter or digit at both ends");
    }

    private static void Mode(ServiceMode mode)
    {
        if (mode.Kind != ModeKind.Replicated)
            throw ApiException.NotImplemented(
                $"Mode: {ModeWord(mode.Kind)} services are not available yet: use replicated");
        if (mode.Replicas > Limits.Replicas)
            throw ApiException.Bad($"Mode.Replicated.Replicas: {mode.Replicas} is more than the limit of "
                + $"{Limits.Replicas} tasks");
    }

    private static string ModeWord(ModeKind kind) => kind switch
    {
        ModeKind.Replicated => "replicated",
        ModeKind.Global => "global",
        ModeKind.ReplicatedJob => "replicated-job",
        ModeKind.GlobalJob => "global-job",
    };

    private static void Policy(string field, UpdatePolicy? policy)
    {
        if (policy is { MaxFailureRatio: < 0 or > 1 })
            throw ApiException.Bad($"{field}.MaxFailureRatio: need a share of tasks from 0 to 1");
    }

    private static void Placement(Placement? placement)
    {
        if (placement is null)
            return;
        if (placement.Constraints.Length > Limits.Constraints)
            throw ApiException.Bad($"TaskTemplate.Placement.Constraints: more than the limit of {Limits.Constraints}");
        Texts.NoZero("TaskTemplate.Placement.Constraints", placement.Constraints);
        foreach (var text in placement.Constraints)
            if (!Constraint.TryParse(text, out _, out var problem))
                throw ApiException.Bad(problem);
        foreach (var key in placement.Spread)
            if (!IsSpreadKey(key))
                throw ApiException.Bad($"TaskTemplate.Placement.Preferences: cannot spread over '{key}'; need "
                    + "node.labels.NAME, engine.labels.NAME, or another key that constraints know");
    }

    /// <summary>What labels and environment entries carry, ours and classic Swarm's.</summary>
    private static void Affinities(ServiceSpec spec)
    {
        if (AffinityCarriers.Malformed(spec).FirstOrDefault() is { } label)
            throw ApiException.Bad($"label {label}: need a JSON list of texts, [\"service==cache\"]");
        var (affinities, constraints) = (AffinityCarriers.AffinitiesOf(spec), AffinityCarriers.ConstraintsOf(spec));
        if (affinities.Length > Limits.Constraints || constraints.Length > Limits.Constraints)
            throw ApiException.Bad($"labels and environment: more than the limit of {Limits.Constraints} affinities or "
                + "constraints");
        foreach (var text in constraints)
            if (!Constraint.TryParse(text, out _, out var problem))
                throw ApiException.Bad(problem);
        foreach (var text in affinities)
            if (!Affinity.TryParse(text, out _, out var problem))
                throw ApiException.Bad(problem);
    }

    private static void Rebalancing(ServiceSpec spec)
    {
        if (spec.Labels.TryGetValue(Rebalancer.Label, out var value)
            && value is not (Rebalancer.Automatic or Rebalancer.Off))
            throw ApiException.Bad($"label {Rebalancer.Label}: unknown value '{value}', need {Rebalancer.Automatic} or "
                + Rebalancer.Off);
    }

    private static bool IsSpreadKey(string key) =>
        ExpressionParser.IsKey(key.Trim()) && NodeAttribute.FindPrefixed(key.Trim()) is not null;
}
