using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>Proposals that share one write and one flush.</summary>
internal sealed class ProposalBatch
{
    private readonly List<Proposal> _proposals = [];
    private readonly List<LogEntry> _entries = [];

    public IReadOnlyList<LogEntry> Entries => _entries;

    public bool IsEmpty => _entries.Count == 0;

    public long Bytes { get; private set; }

    public void Add(Proposal proposal, ulong index, ulong term)
    {
        _proposals.Add(proposal);
        _entries.Add(new LogEntry(index, term, EntryKind.Command, proposal.Command));
        Bytes += proposal.Command.Length;
    }

    public void Complete(int position, Applied applied) => _proposals[position].Complete(applied);

    /// <summary>Tells those who still wait. Leaves the entries alone: the disk's thread may be reading them.</summary>
    public void Fail(ProposalException reason)
    {
        foreach (var proposal in _proposals)
            proposal.Fail(reason);
    }

    public void Clear()
    {
        _proposals.Clear();
        _entries.Clear();
        Bytes = 0;
    }
}
