using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Rendering;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Commands;

internal static class ServiceList
{
    private static readonly string[] Shown = ["ID", "Name", "Mode", "Replicas", "Image", "Ports"];

    public static CliCommand Build() => new("service ls", "List the services.", RunAsync)
    {
        Examples =
            ["swarmnet service ls", "swarmnet service ls --filter label=tier=web --format '{{.Name}}: {{.Replicas}}'"],
        Flags = [Flag.Filter("id, label, mode, name"), Flag.Format(), Flag.Quiet(), Flag.NoTrunc()],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var quiet = run.IsOn("--quiet");
        var inFull = run.IsOn("--no-trunc");
        var services = (await Lookups.ServicesAsync(run, FilterSyntax.ToJson(run.Filters()), !quiet, ct))
            .OrderBy(service => service.Spec.Name, NaturalOrder.Instance).ToList();
        if (quiet)
            foreach (var service in services)
                run.Out.WriteLine(Words.Id(service.Id, inFull));
        else
            new ListView<ServiceDto>(Columns(inFull), Shown).Write(run.Out, services, run.Text("--format"));
        return ExitCode.Ok;
    }

    private static Column<ServiceDto>[] Columns(bool inFull) =>
    [
        new("ID", "ID", service => Words.Id(service.Id, inFull)),
        new("Name", "NAME", service => service.Spec.Name ?? ""),
        new("Mode", "MODE", service => ServiceText.Mode(service.Spec.Mode)),
        new("Replicas", "REPLICAS", ServiceText.Replicas),
        new("Image", "IMAGE", service => Words.Image(service.Spec.TaskTemplate?.ContainerSpec?.Image, inFull)),
        new("Ports", "PORTS", PortText.OfService),
        new("UpdateState", "UPDATE", service => service.UpdateStatus?.State ?? ""),
        new("CreatedAt", "CREATED AT", service =>
            service.CreatedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
    ];
}

/// <summary>How a service is described in a word.</summary>
internal static class ServiceText
{
    public static string Mode(ServiceModeDto? mode) => mode switch
    {
        { Global: not null } => "global",
        { ReplicatedJob: not null } => "replicated job",
        { GlobalJob: not null } => "global job",
        _ => "replicated",
    };

    /// <summary>Running of wanted: <c>2/3</c>.</summary>
    public static string Replicas(ServiceDto service)
    {
        var status = service.ServiceStatus
            ?? new ServiceStatusDto { DesiredTasks = service.Spec.Mode?.Replicated?.Replicas ?? 0 };
        var text = string.Create(CultureInfo.InvariantCulture, $"{status.RunningTasks}/{status.DesiredTasks}");
        if (service.Spec.Mode?.ReplicatedJob is { } job)
            text += string.Create(
                CultureInfo.InvariantCulture, $" ({status.CompletedTasks}/{job.TotalCompletions ?? 1} completed)");
        if (service.Spec.TaskTemplate?.Placement?.MaxReplicas is { } most and > 0)
            text += string.Create(CultureInfo.InvariantCulture, $" (max {most} per node)");
        return text;
    }
}
