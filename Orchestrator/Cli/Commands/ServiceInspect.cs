using System.Text.Json;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Rendering;

namespace Orchestrator.Cli.Commands;

internal static class ServiceInspect
{
    public static CliCommand Build() => new("service inspect", "Show everything about services.", RunAsync)
    {
        Examples =
        [
            "swarmnet service inspect --pretty web",
            "swarmnet service inspect web --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}'",
        ],
        Usage = "SERVICE [SERVICE...]",
        MinArguments = 1,
        MaxArguments = CliCommand.Unlimited,
        Completes = ArgumentKind.Service,
        Flags = [Flag.Format("json, or a template like '{{.Spec.Name}}'", "-f"), Flag.Switch(
            "--pretty", "Print for people")],
    };

    private static Task<int> RunAsync(Invocation run, CancellationToken ct) => InspectRun.ShowAsync(
        run,
        name => Lookups.ServiceJsonAsync(run, name, ct),
        TemplateSchema.Of(WireJson.Default.ServiceDto),
        json => PrettyService.Write(run.Out, json.Deserialize(WireJson.Default.ServiceDto)!, run.Now));
}
