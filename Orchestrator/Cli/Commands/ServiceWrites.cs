using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;

namespace Orchestrator.Cli.Commands;

/// <summary>Sends a changed specification.</summary>
internal static class ServiceWrites
{
    public static async Task UpdateAsync(Invocation run, ServiceDto service, bool rollback, CancellationToken ct)
    {
        var path = ApiQuery.With(
            ApiQuery.Path("services", service.Id, "/update"),
            ("version", Invariantly.Text(service.Version.Index)),
            ("registryAuthFrom", "spec"),
            ("rollback", rollback ? "previous" : null));
        var body = ApiBody.Of(service.Spec, WireJson.Default.ServiceSpecDto);
        var answer = await WithPublishHintAsync(
            service.Spec, () => run.Api.PostAsync(path, body, WireJson.Default.ServiceUpdateResponseDto, ct));
        Warn(run, answer.Warnings);
    }

    public static async Task<string> CreateAsync(Invocation run, ServiceSpecDto spec, CancellationToken ct)
    {
        var body = ApiBody.Of(spec, WireJson.Default.ServiceSpecDto);
        var answer = await WithPublishHintAsync(
            spec, () => run.Api.PostAsync("/services/create", body, WireJson.Default.ServiceCreateResponseDto, ct));
        Warn(run, answer.Warnings);
        return answer.Id;
    }

    /// <summary>Where its tasks would go.</summary>
    public static async Task<PlacementPlanDto> PlanAsync(Invocation run, ServiceSpecDto spec, CancellationToken ct)
    {
        var body = ApiBody.Of(spec, WireJson.Default.ServiceSpecDto);
        var plan = await WithPublishHintAsync(spec, () => run.Api.PostAsync(
            "/swarmnet/v1/explain/services", body, WireJson.Default.PlacementPlanDto, ct));
        Warn(run, plan.Warnings);
        return plan;
    }

    private static void Warn(Invocation run, IReadOnlyList<string>? warnings)
    {
        foreach (var warning in warnings ?? [])
            run.Error.WriteLine($"Warning: {warning}");
    }

    /// <summary>The short form of --publish asks for ingress, as docker's does: say what to write instead when that is
    /// refused.</summary>
    private static async Task<T> WithPublishHintAsync<T>(ServiceSpecDto spec, Func<Task<T>> send)
    {
        try
        {
            return await send();
        }
        catch (CliException e) when (e.Fix is null && e.Message.Contains("ingress", StringComparison.OrdinalIgnoreCase)
            && spec.EndpointSpec?.Ports?.FirstOrDefault(port => port.PublishMode == "ingress") is { } port)
        {
            var published = port.PublishedPort == 0 ? "" : $"published={port.PublishedPort},";
            throw new CliException(
                e.ExitCode, e.Message, e.Where,
                $"Publish it on the hosts: --publish {published}target={port.TargetPort},mode=host");
        }
    }
}
