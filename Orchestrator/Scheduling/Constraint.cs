using System.Diagnostics.CodeAnalysis;
using Orchestrator.Model;

namespace Orchestrator.Scheduling;

/// <summary>A condition on a node, <c>node.labels.zone == a</c>.</summary>
/// <param name="Key">as the user wrote it</param>
/// <param name="Negated"><c>!=</c>: also holds where a label is missing</param>
public sealed record Constraint(string Key, bool Negated, string Value)
{
    private const string NodeLabels = "node.labels.";
    private const string EngineLabels = "engine.labels.";

    /// <summary>
    /// Keys ignore case, but those of labels do not; values ignore case. A missing label is an empty one.
    /// </summary>
    public bool Holds(Node node)
    {
        var actual = ValueOf(node);
        var equal = Same(actual, Value)
            || (Is("node.platform.arch") && Same(Platforms.Normalize(actual), Platforms.Normalize(Value)));
        return equal != Negated;
    }

    /// <summary>Says what is wrong with an expression and how it should look.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out Constraint? constraint, [NotNullWhen(false)] out string? error)
    {
        constraint = null;
        var at = text.IndexOf("==", StringComparison.Ordinal);
        var negated = at < 0;
        if (negated)
            at = text.IndexOf("!=", StringComparison.Ordinal);
        if (at < 0)
        {
            error = $"constraint '{text}': expected one operator of ==, != (as in node.labels.zone==a)";
            return false;
        }
        var key = text[..at].Trim();
        var value = text[(at + 2)..].Trim();
        error = Problem(text, key, value);
        if (error is not null)
            return false;
        constraint = new Constraint(key, negated, value);
        return true;
    }

    private static string? Problem(string text, string key, string value)
    {
        if (value.Length == 0)
            return $"constraint '{text}': no value after the operator";
        if (value.Contains('='))
            return $"constraint '{text}': more than one operator";
        return IsKnown(key)
            ? null
            : $"constraint '{text}': unknown key '{key}'; known are node.id, node.hostname, node.role, node.ip, "
                + "node.platform.os, node.platform.arch, node.labels.NAME and engine.labels.NAME";
    }

    private static bool IsKnown(string key) =>
        key.ToLowerInvariant() is "node.id" or "node.hostname" or "node.role" or "node.ip"
            or "node.platform.os" or "node.platform.arch"
        || IsLabel(key, NodeLabels) || IsLabel(key, EngineLabels);

    private static bool IsLabel(string key, string prefix) =>
        key.Length > prefix.Length && key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    private bool Is(string key) => Same(Key, key);

    private string ValueOf(Node node)
    {
        if (IsLabel(Key, NodeLabels))
            return node.Spec.Labels.GetValueOrDefault(Key[NodeLabels.Length..], "");
        if (IsLabel(Key, EngineLabels))
            return node.Description.EngineLabels.GetValueOrDefault(Key[EngineLabels.Length..], "");
        return Key.ToLowerInvariant() switch
        {
            "node.id" => node.Id.Value,
            "node.hostname" => node.Description.Hostname,
            "node.role" => node.Spec.Role == NodeRole.Manager ? "manager" : "worker",
            "node.ip" => node.Status.Address,
            "node.platform.os" => node.Description.Platform.Os,
            "node.platform.arch" => node.Description.Platform.Architecture,
            _ => "",
        };
    }
}
