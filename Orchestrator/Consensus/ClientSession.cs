using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>What became of one client's commands, as far as it may still ask.</summary>
internal sealed class ClientSession(UInt128 client)
{
    private readonly SortedDictionary<ulong, Applied> _results = [];

    public UInt128 Client { get; } = client;

    /// <summary>Log index of its last command.</summary>
    public ulong LastUsed { get; set; }

    /// <summary>Results below this sequence are forgotten.</summary>
    public ulong Floor { get; private set; } = 1;

    public IEnumerable<KeyValuePair<ulong, Applied>> Results => _results;

    public bool TryGet(ulong sequence, out Applied result) => _results.TryGetValue(sequence, out result);

    public void Add(ulong sequence, Applied result, int limit)
    {
        _results[sequence] = result;
        while (_results.Count > limit)
            Forget(_results.First().Key + 1);
    }

    /// <summary>Drops all results below the sequence.</summary>
    public void Forget(ulong below)
    {
        Floor = Math.Max(Floor, below);
        while (_results.Count > 0 && _results.First().Key < Floor)
            _results.Remove(_results.First().Key);
    }
}
