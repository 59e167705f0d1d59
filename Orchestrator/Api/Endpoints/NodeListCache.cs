using Orchestrator.Api.Contracts;
using Orchestrator.Api.Http;
using Orchestrator.Api.Mapping;
using Orchestrator.Model;
using Orchestrator.Primitives.Collections;
using Orchestrator.Store;

namespace Orchestrator.Api.Endpoints;

/// <summary>
/// The list of all nodes as it was last sent. Every waiting client polls it several times a second, and it is the same
/// as long as the nodes' table is the same object and the managers stand as before.
/// </summary>
internal sealed class NodeListCache
{
    private volatile Entry? _last;

    public ReadOnlyMemory<byte> Get(StateSnapshot state, TlsInfoDto trust, GroupStatus group)
    {
        var known = _last;
        if (known is not null && ReferenceEquals(known.Nodes, state.Nodes)
            && ReferenceEquals(known.Trust, trust) && known.Group.IsSameAs(group))
            return known.Body;
        var mapper = new NodeMapper(trust, group);
        IReadOnlyList<NodeDto> list = [.. state.Nodes.Values.Select(mapper.Write)];
        using var buffer = new PooledBuffer();
        Respond.Write(buffer, list, WireJson.Default.IReadOnlyListNodeDto);
        var body = buffer.Written.ToArray();
        _last = new Entry(state.Nodes, trust, group, body);
        return body;
    }

    private sealed record Entry(
        SortedMap<Node> Nodes, TlsInfoDto Trust, GroupStatus Group, ReadOnlyMemory<byte> Body);
}
