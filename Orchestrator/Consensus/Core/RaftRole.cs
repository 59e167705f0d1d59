namespace Orchestrator.Consensus.Core;

internal enum RaftRole
{
    /// <summary>Takes the log of a leader, or waits for one. Learners are always this.</summary>
    Follower,

    /// <summary>Asks whether it could win, without raising its term.</summary>
    PreCandidate,

    Candidate,
    Leader,
}
