using Orchestrator.Consensus.Core;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>
/// Callers who wait until the state here is new enough. Those who come together share one question to the leader. Used
/// by the node's loop only.
/// </summary>
/// <param name="firstTicket">random: tickets are never used twice, by another life of this node neither</param>
internal sealed class OutstandingReads(RaftNodeOptions options, ulong firstTicket)
{
    private const int MaxWaiting = 16 * 1024;

    private readonly List<NodeRequest.Read> _new = [];
    private readonly Dictionary<ulong, Question> _asked = [];
    private readonly List<Question> _answered = [];
    private ulong _ticket = firstTicket;
    private int _waiting;

    public bool IsEmpty => _waiting == 0;

    public void Take(NodeRequest.Read read, long now)
    {
        if (_waiting >= MaxWaiting)
        {
            read.Fail(new ProposalException(ProposalFailure.Overloaded,
                $"{MaxWaiting} reads wait for the managers already: try again in a moment"));
            return;
        }
        read.TakenAt = now;
        _waiting++;
        _new.Add(read);
    }

    /// <summary>Asks for all who came since the last time, if there is anybody to ask.</summary>
    public void Ask(RaftCore core, long now)
    {
        if (_new.Count == 0 || core.Leader.IsNone)
            return;
        _asked.Add(++_ticket, new Question([.. _new]) { AskedAt = now });
        _new.Clear();
        core.Read(_ticket);
    }

    /// <summary>The core answers a question: it may be asked again at the next tick.</summary>
    public void Answer(ReadReady answer)
    {
        if (!_asked.Remove(answer.Ticket, out var question))
            return;
        if (answer.Index == 0)
            _new.AddRange(question.Reads);
        else
            _answered.Add(question with { Index = answer.Index });
    }

    /// <summary>Completes those whose index is applied.</summary>
    public void Complete(ulong applied)
    {
        if (_answered.Count == 0)
            return;
        foreach (var read in _answered.Where(question => question.Index <= applied).SelectMany(each => each.Reads))
        {
            _waiting--;
            read.Complete();
        }
        _answered.RemoveAll(question => question.Index <= applied);
    }

    /// <summary>Time passed: doubts questions without answer, and gives up what waited for too long.</summary>
    public void Tick(long now)
    {
        foreach (var (ticket, question) in _asked.ToArray())
        {
            if (now - question.AskedAt <= options.LongestElectionTicks)
                continue;
            _asked.Remove(ticket);
            _new.AddRange(question.Reads);
        }
        var why = $"the managers did not answer within {options.ProposalTimeout.TotalSeconds:0.#} s";
        FailWhere(IsTooOld, ProposalFailure.Overloaded, why);
        // These stay until their index is applied, however late; their callers do not wait for that.
        foreach (var read in _answered.SelectMany(question => question.Reads).Where(IsTooOld))
            read.Fail(Failed(ProposalFailure.Overloaded, why));

        bool IsTooOld(NodeRequest.Read read) => now - read.TakenAt > options.TicksOf(options.ProposalTimeout);
    }

    public void FailAll(ProposalFailure failure, string why)
    {
        foreach (var question in _asked.Values.Concat(_answered))
            _new.AddRange(question.Reads);
        _asked.Clear();
        _answered.Clear();
        FailWhere(_ => true, failure, why);
    }

    private void FailWhere(Func<NodeRequest.Read, bool> chosen, ProposalFailure failure, string why)
    {
        var gone = _new.RemoveAll(read =>
        {
            if (!read.IsWithdrawn && !chosen(read))
                return false;
            read.Fail(Failed(failure, why));
            return true;
        });
        _waiting -= gone;
    }

    private static ProposalException Failed(ProposalFailure failure, string why) =>
        new(failure, $"the state could not be confirmed: {why}. Try again.");

    private sealed record Question(ImmutableArray<NodeRequest.Read> Reads)
    {
        public long AskedAt { get; init; }

        public ulong Index { get; init; }
    }
}
