using System.Globalization;
using System.Text.Json;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Rendering;
using Orchestrator.Primitives;

namespace Orchestrator.Cli.Commands;

internal static class InfoCommand
{
    public static CliCommand Build() => new("info", "Show this host and its part in the cluster.", RunAsync)
    {
        Examples = ["swarmnet info", "swarmnet info --format '{{.Swarm.LocalNodeState}}'"],
        Flags = [Flag.Format("json, or a template like '{{.Swarm.NodeID}}'", "-f")],
    };

    private static async Task<int> RunAsync(Invocation run, CancellationToken ct)
    {
        var json = await run.Api.GetJsonAsync("/info", ct);
        if (run.Text("--format") is { Length: > 0 } format)
            SingleView.Write(run.Out, json, TemplateSchema.Of(WireJson.Default.InfoDto), format);
        else
            Write(run, json.Deserialize(WireJson.Default.InfoDto)!);
        return ExitCode.Ok;
    }

    private static void Write(Invocation run, InfoDto info)
    {
        var text = new PrettyText(run.Out);
        text.Line("Name", info.Name);
        text.Line("Server Version", info.ServerVersion);
        text.Line("Address", run.Address.ToString());
        text.Line("Data Directory", info.DockerRootDir);
        text.Line("Operating System", info.OperatingSystem);
        text.Line("Kernel", info.KernelVersion);
        text.Line("Architecture", info.Architecture);
        text.Line("CPUs", info.NCpu.ToString(CultureInfo.InvariantCulture));
        text.Line("Memory", Amounts.OfBytes(info.MemTotal));
        WriteSwarm(text, info.Swarm);
        foreach (var warning in info.Warnings ?? [])
            run.Error.WriteLine($"Warning: {warning}");
    }

    private static void WriteSwarm(PrettyText text, SwarmInfoDto swarm)
    {
        text.Line("Cluster", swarm.LocalNodeState);
        text.Line("Error", swarm.Error, 1);
        text.Line("Node ID", swarm.NodeId, 1);
        text.Line("Node Address", swarm.NodeAddr, 1);
        if (swarm.LocalNodeState != "active")
            return;
        text.Line("Role", swarm.ControlAvailable ? "manager" : "worker", 1);
        text.Line("Cluster ID", swarm.Cluster?.Id, 1);
        if (swarm.ControlAvailable)
        {
            text.Line("Managers", swarm.Managers.ToString(CultureInfo.InvariantCulture), 1);
            text.Line("Quorum", swarm.Quorum is { } quorum ? QuorumLine.Of(quorum) : null, 1);
            text.Line("Nodes", swarm.Nodes.ToString(CultureInfo.InvariantCulture), 1);
        }
        text.List("Manager Addresses", swarm.RemoteManagers?.Select(manager => manager.Addr), 1);
    }
}
