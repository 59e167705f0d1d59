using System.Globalization;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Rendering;
using Orchestrator.Cli.Syntax;
using Orchestrator.Primitives;

namespace Orchestrator.Cli.Commands;

/// <summary>A node for people.</summary>
internal static class PrettyNode
{
    public static void Write(TextWriter output, NodeDto node, DateTimeOffset now)
    {
        var text = new PrettyText(output);
        text.Line("ID", node.Id);
        text.Line("Name", node.Spec.Name);
        text.Map("Labels", node.Spec.Labels);
        text.Line("Hostname", node.Description.Hostname);
        text.Line(
            "Joined at", $"{node.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC ({Ages.Ago(node.CreatedAt, now)})");
        text.Title("Status");
        text.Line("State", Words.Capitalize(node.Status.State), 1);
        text.Line("Message", node.Status.Message, 1);
        text.Line("Availability", Words.Capitalize(node.Spec.Availability), 1);
        text.Line("Address", node.Status.Addr, 1);
        WriteManager(text, node.ManagerStatus);
        WriteDescription(text, node.Description);
    }

    private static void WriteManager(PrettyText text, ManagerStatusDto? manager)
    {
        if (manager is null)
            return;
        text.Title("Manager Status");
        text.Line("Address", manager.Addr, 1);
        text.Line("Reachability", Words.Capitalize(manager.Reachability), 1);
        text.Line("Problem", manager.Problem, 1);
        text.Line("Leader", manager.Leader ? "Yes" : "No", 1);
    }

    private static void WriteDescription(PrettyText text, NodeDescriptionDto description)
    {
        text.Title("Platform");
        text.Line("Operating System", description.Platform.Os, 1);
        text.Line("Architecture", description.Platform.Architecture, 1);
        text.Title("Resources");
        text.Line("CPUs", Amounts.OfCpus(description.Resources.NanoCpus), 1);
        text.Line("Memory", Amounts.OfBytes(description.Resources.MemoryBytes), 1);
        foreach (var resource in description.Resources.GenericResources ?? [])
            text.Line(ResourceSyntax.KindOf(resource), Amount(resource), 1);
        foreach (var plugins in (description.Engine.Plugins ?? [])
            .GroupBy(plugin => plugin.Type ?? "", StringComparer.Ordinal))
            text.List($"{plugins.Key} plugins", plugins.Select(plugin => plugin.Name ?? ""));
        text.Line("Engine Version", description.Engine.EngineVersion);
        text.Map("Engine Labels", description.Engine.Labels);
    }

    private static string Amount(GenericResourceDto resource) =>
        resource.DiscreteResourceSpec?.Value.ToString(CultureInfo.InvariantCulture)
            ?? resource.NamedResourceSpec?.Value ?? "";
}
