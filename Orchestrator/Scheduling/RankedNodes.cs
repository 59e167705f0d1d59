namespace Orchestrator.Scheduling;

/// <summary>A binary heap of nodes that knows where each one is, so that a changed rank moves it.</summary>
/// <param name="positions">by node index, shared by all heaps of a pool: each node is in one of them at most</param>
internal sealed class RankedNodes(int[] positions)
{
    /// <summary>The position of a node that is in no heap.</summary>
    public const int Nowhere = -1;

    private (NodeRank Rank, int Node)[] _heap = new (NodeRank, int)[4];

    public int Count { get; private set; }

    public int Top => _heap[0].Node;

    public NodeRank TopRank => _heap[0].Rank;

    /// <summary>In no order until <see cref="Order"/>.</summary>
    public void Append(int node, NodeRank rank)
    {
        if (Count == _heap.Length)
            Array.Resize(ref _heap, Count * 2);
        _heap[Count] = (rank, node);
        positions[node] = Count++;
    }

    public void Order()
    {
        for (var at = (Count / 2) - 1; at >= 0; at--)
            SiftDown(at);
    }

    public void Push(int node, NodeRank rank)
    {
        Append(node, rank);
        SiftUp(Count - 1);
    }

    public void Update(int node, NodeRank rank)
    {
        var at = positions[node];
        _heap[at].Rank = rank;
        SiftUp(at);
        SiftDown(positions[node]);
    }

    public void Remove(int node)
    {
        var at = positions[node];
        positions[node] = Nowhere;
        var last = _heap[--Count];
        if (at == Count)
            return;
        _heap[at] = last;
        positions[last.Node] = at;
        SiftUp(at);
        SiftDown(positions[last.Node]);
    }

    private void SiftUp(int at)
    {
        var entry = _heap[at];
        while (at > 0 && entry.Rank.CompareTo(_heap[(at - 1) / 2].Rank) < 0)
        {
            Put(at, _heap[(at - 1) / 2]);
            at = (at - 1) / 2;
        }
        Put(at, entry);
    }

    private void SiftDown(int at)
    {
        var entry = _heap[at];
        while ((2 * at) + 1 < Count)
        {
            var child = (2 * at) + 1;
            if (child + 1 < Count && _heap[child + 1].Rank.CompareTo(_heap[child].Rank) < 0)
                child++;
            if (_heap[child].Rank.CompareTo(entry.Rank) >= 0)
                break;
            Put(at, _heap[child]);
            at = child;
        }
        Put(at, entry);
    }

    private void Put(int at, (NodeRank Rank, int Node) entry)
    {
        _heap[at] = entry;
        positions[entry.Node] = at;
    }
}
