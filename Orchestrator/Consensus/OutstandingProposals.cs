using Orchestrator.Consensus.Core;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>
/// The commands that this member's callers wait for. Each is handed to the leader, whoever that is, until it comes out
/// of the log; the sessions see to it that it counts once. Used by the node's loop only.
/// </summary>
/// <param name="client">this life of the node</param>
/// <param name="born">the index applied when that life began</param>
internal sealed class OutstandingProposals(RaftNodeOptions options, UInt128 client, ulong born)
{
    private readonly SortedDictionary<ulong, Proposal> _all = [];
    private readonly List<Proposal> _parked = [];
    private ulong _next = 1;
    private long _bytes;

    public bool IsEmpty => _all.Count == 0;

    /// <summary>Whether one more may be taken.</summary>
    public bool HasRoom => _all.Count == 0 || (_all.Count < options.MaxOutstanding
        && _bytes < options.MaxOutstandingBytes && _next - Lowest < ClientSessions.MaxResults);

    private ulong Lowest => _all.Count == 0 ? _next : _all.First().Key;

    /// <summary>Gives it a sequence and hands it to the leader, or parks it until there is one.</summary>
    public void Take(Proposal proposal, RaftCore core, long now)
    {
        proposal.Sequence = _next++;
        proposal.TakenAt = now;
        _all.Add(proposal.Sequence, proposal);
        _bytes += proposal.Command.Length;
        Send(proposal, core, now);
    }

    /// <summary>Hands over what was parked.</summary>
    public void SendParked(RaftCore core, long now)
    {
        if (_parked.Count == 0 || core.Leader.IsNone)
            return;
        var again = _parked.ToArray();
        _parked.Clear();
        foreach (var proposal in again.Where(proposal => _all.ContainsKey(proposal.Sequence)))
            Send(proposal, core, now);
    }

    /// <summary>The leader changed: what the old one was given may be lost.</summary>
    public void ParkAll()
    {
        foreach (var proposal in _all.Values)
            Park(proposal);
    }

    /// <summary>Time passed: gives up what waited for too long, and doubts what a leader elsewhere was given.</summary>
    /// <param name="leads">this member does: what it has taken is in its own log</param>
    public void Tick(long now, bool leads)
    {
        foreach (var proposal in _all.Values.ToArray())
        {
            if (proposal.IsWithdrawn)
                Remove(proposal.Sequence);
            else if (now - proposal.TakenAt > options.TicksOf(options.ProposalTimeout))
                Fail(proposal.Sequence, ProposalFailure.Overloaded, "the managers did not confirm it within "
                    + $"{options.ProposalTimeout.TotalSeconds:0.#} s");
            else if (!leads && now - proposal.SentAt > options.LongestElectionTicks)
                Park(proposal);
        }
    }

    /// <summary>A command came out of the log.</summary>
    public void Complete(AppliedCommand command)
    {
        if (command.Client != client || Remove(command.Sequence) is not { } proposal)
            return;
        if (command.Result is { } result)
            proposal.Complete(result);
        else
            proposal.Fail(Failed(ProposalFailure.Overloaded, "it was proposed again after too long a time", proposal));
    }

    /// <summary>The leader did not take a forwarded command.</summary>
    /// <param name="sequence">the ticket of the forward</param>
    public void Refuse(ulong sequence, ProposeResult why)
    {
        if (!_all.TryGetValue(sequence, out var proposal))
            return;
        proposal.Copies = Math.Max(0, proposal.Copies - 1);
        Answer(proposal, why);
    }

    public void FailAll(ProposalFailure failure, string why)
    {
        foreach (var sequence in _all.Keys.ToArray())
            Fail(sequence, failure, why);
    }

    private void Send(Proposal proposal, RaftCore core, long now)
    {
        var envelope = new CommandEnvelope
        {
            Client = client,
            Born = born,
            Sequence = proposal.Sequence,
            LowestOutstanding = Lowest,
            IsRetry = proposal.Copies > 0,
            FenceTerm = proposal.FenceTerm,
            Command = proposal.Command,
        };
        (proposal.SentAt, proposal.IsParked) = (now, false);
        var answer = core.Forward(envelope.Encode(), proposal.Sequence);
        if (answer == ProposeResult.Accepted)
            proposal.Copies++;
        else
            Answer(proposal, answer);
    }

    private void Answer(Proposal proposal, ProposeResult why)
    {
        switch (why)
        {
            case ProposeResult.TooLarge:
                Fail(proposal.Sequence, ProposalFailure.TooLarge, "the leader takes no command of this size");
                break;
            case ProposeResult.Overloaded when proposal.Copies == 0:
                Fail(proposal.Sequence, ProposalFailure.Overloaded, "too many changes wait for a majority");
                break;
            default:
                Park(proposal);
                break;
        }
    }

    private void Park(Proposal proposal)
    {
        if (proposal.IsParked)
            return;
        proposal.IsParked = true;
        _parked.Add(proposal);
    }

    private void Fail(ulong sequence, ProposalFailure failure, string why)
    {
        if (Remove(sequence) is { } proposal)
            proposal.Fail(Failed(failure, why, proposal));
    }

    private Proposal? Remove(ulong sequence)
    {
        if (!_all.Remove(sequence, out var proposal))
            return null;
        _bytes -= proposal.Command.Length;
        return proposal;
    }

    private static ProposalException Failed(ProposalFailure failure, string why, Proposal proposal) => new(
        failure,
        proposal.Copies == 0
            ? $"the change was not made: {why}. Try again."
            : $"it is not known whether the change was made: {why}. Look before you try again.");
}
