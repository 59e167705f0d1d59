namespace Orchestrator.Consensus.Core;

/// <summary>What a leader knows of a member, for people to look at.</summary>
/// <param name="Match">durable there up to this index</param>
/// <param name="IsActive">heard of within the time of an election</param>
internal readonly record struct MemberProgress(MemberId Id, ulong Match, ProgressState State, bool IsActive);
