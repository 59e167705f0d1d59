using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Store;

/// <summary>
/// The state as it is written to a snapshot: every object, parents before children, each table in key order.
/// </summary>
[MessagePackObject]
public sealed record StateImage
{
    public const int CurrentFormat = 4;

    [Key(0)] public int Format { get; init; } = CurrentFormat;

    [Key(1)] public ImmutableArray<IStoreObject> Objects { get; init; } = [];

    public static StateImage Of(StateSnapshot state) => new()
    {
        Objects =
        [
            .. state.Clusters.Values,
            .. state.Nodes.Values,
            .. state.Services.Values,
            .. state.Revisions.Values,
            .. state.Tasks.Values,
        ],
    };
}
