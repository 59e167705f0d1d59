using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Primitives;

namespace Orchestrator.Hosting;

/// <summary>
/// That this host belongs to a cluster, and how. Written last when it joins and removed first when it leaves.
/// </summary>
public sealed class NodeState
{
    public const int CurrentFormat = 1;

    public int Format { get; set; } = CurrentFormat;

    public string NodeId { get; set; } = "";

    public string ClusterId { get; set; } = "";

    /// <summary>This host replicates the cluster's state.</summary>
    public bool Manager { get; set; }

    /// <summary><c>ip:port</c> a manager listens on.</summary>
    public string ListenAddress { get; set; } = "";

    /// <summary><c>ip:port</c> other nodes reach this one under.</summary>
    public string AdvertiseAddress { get; set; } = "";

    /// <summary><c>docker</c> or <c>process</c>: what started this host's tasks.</summary>
    public string Runtime { get; set; } = "";

    /// <summary>Managers known when this host joined, or became what it is, <c>ip:port</c>.</summary>
    public IReadOnlyList<string> Managers { get; set; } = [];

    public NodeState Copy() => (NodeState)MemberwiseClone();
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(NodeState))]
internal sealed partial class NodeStateJson : JsonSerializerContext;

/// <summary>Keeps <see cref="NodeState"/> in the data directory, durably and all at once.</summary>
public sealed class NodeStateFile(string dataDirectory)
{
    private readonly string _path = Path.Combine(dataDirectory, "node.json");

    /// <summary>null when this host belongs to no cluster.</summary>
    /// <exception cref="OptionException">the file is damaged or newer than this version</exception>
    public NodeState? Load()
    {
        if (!File.Exists(_path))
            return null;
        NodeState? state;
        try
        {
            state = JsonSerializer.Deserialize(File.ReadAllBytes(_path), NodeStateJson.Default.NodeState);
        }
        catch (JsonException exception)
        {
            throw new OptionException($"{_path} is damaged ({exception.Message}): restore it from a backup, or remove "
                + "the data directory and join the cluster again");
        }
        if (state is null || state.Format != NodeState.CurrentFormat)
            throw new OptionException($"{_path} has format {state?.Format}; this version knows format "
                + $"{NodeState.CurrentFormat} only: start the version that wrote it, or a newer one");
        return state;
    }

    public void Save(NodeState state) =>
        DurableFile.Replace(_path, JsonSerializer.SerializeToUtf8Bytes(state, NodeStateJson.Default.NodeState));

    public void Remove() => DurableFile.Remove(_path);
}
