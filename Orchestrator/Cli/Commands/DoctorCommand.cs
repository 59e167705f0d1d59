using System.Text.Json;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Rendering;

namespace Orchestrator.Cli.Commands;

internal static class DoctorCommand
{
    private const string Error = "error";

    /// <summary>Other managers and a slow disk are asked, each with a limit of its own.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static CliCommand Build() => new(
        "doctor", "Look for what is wrong with this host and its part in the cluster.", RunAsync)
    {
        Examples = ["swarmnet doctor", "swarmnet doctor --format json"],
        Flags = [Flag.Format("table or json", "-f")],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var isJson = run.Choice("--format", "table", "json") == "json";
        var findings = await FindAsync(run, ct);
        if (isJson)
            run.Out.WriteLine(JsonText.Indented(
                JsonSerializer.SerializeToNode(findings, WireJson.Default.IReadOnlyListFindingDto)));
        else
            Write(run.Out, findings);
        return findings.Any(finding => finding.Severity == Error) ? ExitCode.Failed : ExitCode.Ok;
    }

    /// <summary>A daemon that does not answer is the first thing that can be wrong.</summary>
    private static async Task<IReadOnlyList<FindingDto>> FindAsync(Invocation run, CancellationToken ct)
    {
        using var api = new ApiClient(run.Address, run.Environment.Clock) { Timeout = Patience };
        try
        {
            return await api.GetAsync("/swarmnet/v1/doctor", wire => wire.IReadOnlyListFindingDto, ct);
        }
        catch (CliException e) when (e.ExitCode is ExitCode.Unreachable or ExitCode.NotConverged)
        {
            return
            [
                new FindingDto
                {
                    Severity = Error, Check = "daemon", What = $"{e.Message} ({e.Where})",
                    Why = "this host takes no part in a cluster meanwhile; tasks that run go on", Fix = e.Fix,
                },
            ];
        }
    }

    private static void Write(TextWriter output, IReadOnlyList<FindingDto> findings)
    {
        foreach (var finding in findings)
        {
            output.WriteLine($"{finding.Severity.ToUpperInvariant(),-6} {finding.Check,-12} {finding.What}");
            WriteDetail(output, "why", finding.Why);
            WriteDetail(output, "fix", finding.Fix);
        }
    }

    private static void WriteDetail(TextWriter output, string name, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return;
        output.WriteLine($"{"",-20}{name}: {text.Replace("\n", $"\n{"",-25}", StringComparison.Ordinal)}");
    }
}
