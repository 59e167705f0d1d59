using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Rendering;
using Orchestrator.Cli.Syntax;
using Orchestrator.Primitives;

namespace Orchestrator.Cli.Commands;

/// <summary>A service for people.</summary>
internal static class PrettyService
{
    public static void Write(TextWriter output, ServiceDto service, DateTimeOffset now)
    {
        var text = new PrettyText(output);
        var spec = service.Spec;
        text.Line("ID", service.Id);
        text.Line("Name", spec.Name);
        text.Map("Labels", spec.Labels);
        text.Line("Service Mode", Words.Capitalize(ServiceText.Mode(spec.Mode)));
        text.Line("Replicas", spec.Mode?.Replicated?.Replicas?.ToString(CultureInfo.InvariantCulture), 1);
        WriteUpdate(text, service.UpdateStatus, now);
        WritePlacement(text, spec.TaskTemplate?.Placement);
        WriteRollout(text, "UpdateConfig", spec.UpdateConfig);
        WriteRollout(text, "RollbackConfig", spec.RollbackConfig);
        WriteContainer(text, spec.TaskTemplate?.ContainerSpec);
        WriteResources(text, spec.TaskTemplate?.Resources);
        WriteRestart(text, spec.TaskTemplate?.RestartPolicy);
        WriteLogDriver(text, spec.TaskTemplate?.LogDriver);
        text.Line("Endpoint Mode", spec.EndpointSpec?.Mode);
        text.Line("Ports", PortText.OfService(service));
    }

    private static void WriteUpdate(PrettyText text, UpdateStatusDto? update, DateTimeOffset now)
    {
        if (update?.State is null)
            return;
        text.Title("UpdateStatus");
        text.Line("State", update.State, 1);
        text.Line("Started", update.StartedAt is { } started ? Ages.Ago(started, now) : null, 1);
        text.Line("Completed", update.CompletedAt is { } completed ? Ages.Ago(completed, now) : null, 1);
        text.Line("Message", update.Message, 1);
    }

    private static void WritePlacement(PrettyText text, PlacementDto? placement)
    {
        if (placement is not ({ Constraints.Count: > 0 } or { Preferences.Count: > 0 } or { MaxReplicas: > 0 }))
            return;
        text.Title("Placement");
        text.List("Constraints", placement.Constraints, 1);
        text.List("Preferences", placement.Preferences?.Select(
            preference => $"spread={preference.Spread?.SpreadDescriptor}"), 1);
        text.Line(
            "Max Replicas Per Node", placement.MaxReplicas == 0 ? null : Invariantly.Text(placement.MaxReplicas), 1);
    }

    private static void WriteRollout(PrettyText text, string title, UpdateConfigDto? config)
    {
        if (config is null)
            return;
        text.Title(title);
        text.Line("Parallelism", config.Parallelism == 0 ? "all" : Invariantly.Text(config.Parallelism), 1);
        text.Line("Delay", config.Delay == 0 ? null : DurationSyntax.Format(config.Delay), 1);
        text.Line("On failure", config.FailureAction, 1);
        text.Line("Monitoring Period", config.Monitor == 0 ? null : DurationSyntax.Format(config.Monitor), 1);
        text.Line("Max failure ratio", config.MaxFailureRatio.ToString(CultureInfo.InvariantCulture), 1);
        text.Line("Order", config.Order, 1);
    }

    private static void WriteContainer(PrettyText text, ContainerSpecDto? container)
    {
        if (container is null)
            return;
        text.Title("ContainerSpec");
        text.Line("Image", container.Image, 1);
        text.Line("Entrypoint", Joined(container.Command), 1);
        text.Line("Args", Joined(container.Args), 1);
        text.List("Env", container.Env, 1);
        text.Line("Hostname", container.Hostname, 1);
        text.Line("Dir", container.Dir, 1);
        text.Line("User", container.User, 1);
        text.Line("Read-only", container.ReadOnly ? "true" : null, 1);
        text.Line("Stop signal", container.StopSignal, 1);
        text.Line("Stop grace period", container.StopGracePeriod is { } grace ? DurationSyntax.Format(grace) : null, 1);
        text.List("Capabilities added", container.CapabilityAdd, 1);
        text.List("Capabilities dropped", container.CapabilityDrop, 1);
        text.Line("Health check", Joined(container.Healthcheck?.Test), 1);
        text.List("Hosts", container.Hosts, 1);
        foreach (var mount in container.Mounts ?? [])
            text.Line(
                "Mount", $"{mount.Type} {mount.Source} -> {mount.Target}{(mount.ReadOnly ? " (read-only)" : "")}", 1);
    }

    private static string? Joined(IReadOnlyList<string>? words) => words is null ? null : string.Join(' ', words);

    private static void WriteResources(PrettyText text, ResourcesDto? resources)
    {
        if (resources?.Reservations is { } reserved && (reserved.NanoCpus > 0 || reserved.MemoryBytes > 0))
            WriteAmounts(text, "Reservations", reserved.NanoCpus, reserved.MemoryBytes);
        if (resources?.Limits is not { } limits
            || (limits.NanoCpus == 0 && limits.MemoryBytes == 0 && limits.Pids == 0))
            return;
        WriteAmounts(text, "Limits", limits.NanoCpus, limits.MemoryBytes);
        text.Line("PIDs", limits.Pids == 0 ? null : limits.Pids.ToString(CultureInfo.InvariantCulture), 1);
    }

    private static void WriteAmounts(PrettyText text, string title, long nanoCpus, long bytes)
    {
        text.Title(title);
        text.Line("CPU", nanoCpus == 0 ? null : Amounts.OfCpus(nanoCpus), 1);
        text.Line("Memory", bytes == 0 ? null : Amounts.OfBytes(bytes), 1);
    }

    private static void WriteRestart(PrettyText text, RestartPolicyDto? policy)
    {
        if (policy is null)
            return;
        text.Title("RestartPolicy");
        text.Line("Condition", policy.Condition, 1);
        text.Line("Delay", policy.Delay is { } delay ? DurationSyntax.Format(delay) : null, 1);
        text.Line("Max attempts", policy.MaxAttempts is { } most and > 0 ? Invariantly.Text(most) : null, 1);
        text.Line("Window", policy.Window is { } window and > 0 ? DurationSyntax.Format(window) : null, 1);
    }

    private static void WriteLogDriver(PrettyText text, DriverDto? driver)
    {
        if (driver is null)
            return;
        text.Line("Log Driver", driver.Name);
        text.Map("Log Options", driver.Options);
    }
}
