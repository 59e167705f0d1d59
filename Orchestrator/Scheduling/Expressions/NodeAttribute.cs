using Orchestrator.Model;

namespace Orchestrator.Scheduling.Expressions;

/// <summary>What the key of a constraint stands for.</summary>
/// <remarks>
/// Keys with a prefix are Swarm mode's: its values are compared without case. Bare keys are classic Swarm's, with case:
/// <c>node</c>, the four that it derives from the engine, and any other for an engine label of that name.
/// </remarks>
internal sealed class NodeAttribute
{
    private const string NodeLabels = "node.labels.";
    private const string EngineLabels = "engine.labels.";

    private NodeAttribute(Func<Node, string?> valueOf) => ValueOf = valueOf;

    /// <summary>As it was written.</summary>
    public string Key { get; private init; } = "";

    public const string Known = "node.id, node.hostname, node.ip, node.role, node.platform.os, node.platform.arch, "
        + "node.labels.NAME and engine.labels.NAME";

    public bool IgnoresCase { get; private init; } = true;

    /// <summary>A value is an address or a network.</summary>
    public bool IsAddress { get; private init; }

    /// <summary>Null when the node does not have it.</summary>
    public Func<Node, string?> ValueOf { get; }

    /// <summary>Another value that it goes by, if any.</summary>
    public Func<Node, string?> Alias { get; private init; } = static _ => null;

    /// <summary>Of a plain value that is asked for: two words for one thing become one, the alias.</summary>
    public Func<string, string> Normalize { get; private init; } = static value => value;

    /// <summary>Null when no node has such a thing. Keys ignore case, but the names of labels do not.</summary>
    public static NodeAttribute? Find(string key) => FindUnnamed(key) is { } attribute ? attribute.As(key) : null;

    /// <summary>One of Swarm mode's keys: a slip in it is no engine label that nobody has.</summary>
    public static NodeAttribute? FindPrefixed(string key) => IsPrefixed(key) ? Find(key) : null;

    /// <summary>A slip in one of ours is not taken for an engine label that nobody has.</summary>
    public static bool IsPrefixed(string key) =>
        key.StartsWith("node.", StringComparison.OrdinalIgnoreCase)
        || key.StartsWith("engine.", StringComparison.OrdinalIgnoreCase);

    private static NodeAttribute? FindUnnamed(string key) => key.ToLowerInvariant() switch
    {
        "node.id" => new(static node => node.Id.Value),
        "node.hostname" => new(static node => node.Description.Hostname),
        "node.ip" => new(static node => node.Status.Address) { IsAddress = true },
        "node.role" => new(static node => node.Spec.Role == NodeRole.Manager ? "manager" : "worker"),
        "node.platform.os" => new(static node => node.Description.Platform.Os),
        "node.platform.arch" => new(static node => node.Description.Platform.Architecture)
        {
            Normalize = Platforms.Normalize,
            Alias = static node => Platforms.Normalize(node.Description.Platform.Architecture),
        },
        _ when NameBehind(NodeLabels, key) is { } name => new(node => node.Spec.Labels.GetValueOrDefault(name)),
        _ when NameBehind(EngineLabels, key) is { } name => EngineLabel(name, ignoresCase: true),
        _ when IsPrefixed(key) => null,
        _ => key switch
        {
            "node" => new(static node => node.Id.Value)
            {
                IgnoresCase = false, Alias = static node => node.Description.Hostname,
            },
            "ostype" => new(static node => node.Description.Platform.Os) { IgnoresCase = false },
            _ => EngineLabel(key, ignoresCase: false),
        },
    };

    private NodeAttribute As(string key) => new(ValueOf)
    {
        Key = key, IgnoresCase = IgnoresCase, IsAddress = IsAddress, Alias = Alias, Normalize = Normalize,
    };

    private static NodeAttribute EngineLabel(string name, bool ignoresCase) =>
        new(node => node.Description.EngineLabels.GetValueOrDefault(name)) { IgnoresCase = ignoresCase };

    private static string? NameBehind(string prefix, string key) =>
        key.Length > prefix.Length && key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
            ? key[prefix.Length..]
            : null;
}
