using Orchestrator.Api.Contracts;
using Orchestrator.Model;

namespace Orchestrator.Api.Mapping;

/// <summary>Nodes for one answer.</summary>
/// <param name="trust">what every node trusts</param>
internal sealed class NodeMapper(TlsInfoDto trust, GroupStatus group)
{
    /// <summary>What Docker has no field for travels in the engine's labels: nobody writes those back.</summary>
    public const string RuntimeLabel = "swarmnet.runtime";
    public const string RuntimeErrorLabel = "swarmnet.runtime-error";
    public const string DaemonVersionLabel = "swarmnet.version";

    public NodeDto Write(Node node) => new()
    {
        Id = node.Id.Value,
        Version = Meta.Version(node.Meta),
        CreatedAt = node.Meta.CreatedAt,
        UpdatedAt = node.Meta.UpdatedAt,
        Spec = Write(node.Spec),
        Description = Write(node.Description),
        Status = new()
        {
            State = Words.Of(StateOf(node)),
            Message = Wire.OrNull(
                node.Status.Message.Length > 0 ? node.Status.Message : node.Description.RuntimeError),
            Addr = Wire.OrNull(node.Status.Address),
        },
        ManagerStatus = group.MemberOf(node.Id) is { } member ? GroupMapper.Status(group, member) : null,
    };

    /// <summary>
    /// A node that answers, but whose engine does not, runs nothing new: a list of nodes must show that.
    /// </summary>
    private static NodeState StateOf(Node node) =>
        node.Status.State == NodeState.Ready && node.Description.RuntimeError.Length > 0
            ? NodeState.Disconnected
            : node.Status.State;

    public static NodeSpec Read(NodeSpecDto dto) => new()
    {
        Name = dto.Name ?? "",
        Labels = Wire.Texts(dto.Labels),
        Role = Words.Role(dto.Role ?? ""),
        Availability = Words.AvailabilityOf(dto.Availability ?? ""),
    };

    public static PlatformDto Platform(Platform platform) =>
        new() { Architecture = Wire.OrNull(platform.Architecture), Os = Wire.OrNull(platform.Os) };

    /// <summary>Of <c>Volume/local</c>.</summary>
    public static PluginDto Plugin(string plugin)
    {
        var slash = plugin.IndexOf('/', StringComparison.Ordinal);
        return new() { Type = plugin[..Math.Max(slash, 0)], Name = plugin[(slash + 1)..] };
    }

    private static NodeSpecDto Write(NodeSpec spec) => new()
    {
        Name = Wire.OrNull(spec.Name),
        Labels = spec.Labels,
        Role = Words.Of(spec.Role),
        Availability = Words.Of(spec.Availability),
    };

    private NodeDescriptionDto Write(NodeDescription description) => new()
    {
        Hostname = Wire.OrNull(description.Hostname),
        Platform = Platform(description.Platform),
        Resources = ResourceMapper.Write(description.Resources),
        Engine = new()
        {
            EngineVersion = Wire.OrNull(description.EngineVersion),
            Labels = Wire.OrNull(EngineLabels(description)),
            Plugins = Wire.ListOrNull(description.Plugins, Plugin),
        },
        TlsInfo = trust,
    };

    private static ImmutableSortedDictionary<string, string> EngineLabels(NodeDescription description)
    {
        var labels = description.EngineLabels;
        if (description.Runtime.Length > 0)
            labels = labels.SetItem(RuntimeLabel, description.Runtime);
        if (description.RuntimeError.Length > 0)
            labels = labels.SetItem(RuntimeErrorLabel, description.RuntimeError);
        if (description.DaemonVersion.Length > 0)
            labels = labels.SetItem(DaemonVersionLabel, description.DaemonVersion);
        return labels;
    }
}
