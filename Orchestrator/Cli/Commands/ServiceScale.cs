using System.Globalization;
using Orchestrator.Api.Contracts;

namespace Orchestrator.Cli.Commands;

internal static class ServiceScale
{
    private sealed record Target(string Service, ulong Replicas);

    public static CliCommand Build() =>
        new("service scale", "Set the number of tasks of services, and wait until they run.", RunAsync)
    {
        Examples = ["swarmnet service scale web=5", "swarmnet service scale web=5 worker=0"],
        Usage = "SERVICE=REPLICAS [SERVICE=REPLICAS...]",
        MinArguments = 1,
        MaxArguments = CliCommand.Unlimited,
        Completes = ArgumentKind.Service,
        Flags = ConvergenceOptions.Flags(),
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        ConvergenceOptions.Timeout(run);
        var targets = run.Arguments.Select(Parse).ToList();
        var ids = new List<string>();
        foreach (var target in targets)
        {
            var service = await Lookups.ServiceAsync(run, target.Service, ct);
            Apply(service, target);
            await ServiceWrites.UpdateAsync(run, service, rollback: false, ct);
            run.Out.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{target.Service} scaled to {target.Replicas}"));
            ids.Add(service.Id);
        }
        foreach (var id in ids)
        {
            var exitCode = await ConvergenceOptions.WatchAsync(run, id, isRollback: false, ct);
            if (exitCode != ExitCode.Ok)
                return exitCode;
        }
        return ExitCode.Ok;
    }

    private static Target Parse(string text)
    {
        var at = text.LastIndexOf('=');
        var isNumber =
            ulong.TryParse(text[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var replicas);
        return at > 0 && isNumber
            ? new Target(text[..at], replicas)
            : throw CliException.Usage(
                $"\"{text}\" is not SERVICE=REPLICAS", "in \"swarmnet service scale\"",
                "Write it like: swarmnet service scale web=5");
    }

    private static void Apply(ServiceDto service, Target target)
    {
        if (service.Spec.Mode?.ReplicatedJob is { } job)
            job.TotalCompletions = target.Replicas;
        else if (service.Spec.Mode?.Global is null && service.Spec.Mode?.GlobalJob is null)
            service.Spec.Mode =
                new ServiceModeDto { Replicated = new ReplicatedModeDto { Replicas = target.Replicas } };
        else
            throw new CliException(
                ExitCode.Failed, $"service {target.Service} runs one task on each node, so it cannot be scaled", null,
                "Choose the nodes instead: swarmnet service update --constraint-add …");
    }
}
