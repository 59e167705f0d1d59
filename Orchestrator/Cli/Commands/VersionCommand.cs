using System.Text.Json.Nodes;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Rendering;

namespace Orchestrator.Cli.Commands;

internal static class VersionCommand
{
    private static readonly TemplateSchema Schema = TemplateSchema.Open;

    public static CliCommand Build() => new("version", "Show the versions of this command and of the daemon.", RunAsync)
    {
        Examples = ["swarmnet version", "swarmnet version --format '{{.Server.Version}}'"],
        Flags = [Flag.Format("json, or a template like '{{.Client.Version}}'", "-f")],
    };

    public static string Own { get; } = typeof(VersionCommand).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var format = run.Text("--format");
        if (string.IsNullOrEmpty(format))
            run.Out.WriteLine($"Client: swarmnet {Own}");
        try
        {
            var server = await run.Api.GetAsync("/version", wire => wire.EngineVersionDto, ct);
            Write(run, server, format);
            return ExitCode.Ok;
        }
        catch (CliException e) when (e.ExitCode == ExitCode.Unreachable && string.IsNullOrEmpty(format))
        {
            await run.Out.FlushAsync(ct);
            e.WriteTo(run.Error);
            return e.ExitCode;
        }
    }

    private static void Write(Invocation run, EngineVersionDto server, string? format)
    {
        if (string.IsNullOrEmpty(format))
        {
            run.Out.WriteLine(
                $"Server: {server.Platform.Name} {server.Version} "
                + $"(API {server.ApiVersion}, {server.Os}/{server.Arch})");
            return;
        }
        var json = new JsonObject
        {
            ["Client"] = new JsonObject { ["Version"] = Own },
            ["Server"] = new JsonObject
            {
                ["Version"] = server.Version, ["ApiVersion"] = server.ApiVersion, ["MinAPIVersion"] =
                    server.MinApiVersion,
                ["Os"] = server.Os, ["Arch"] = server.Arch, ["Name"] = server.Platform.Name,
            },
        };
        SingleView.Write(run.Out, json, Schema, format);
    }
}
