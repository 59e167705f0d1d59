using System.Buffers;

namespace Orchestrator.Primitives;

/// <summary>What a replicated log drives. Called by one loop only, in log order.</summary>
public interface IStateMachine
{
    /// <summary>Applies one committed command. Deterministic: same commands, same state, on every member.</summary>
    /// <param name="index">log index of the command, 1 or more, growing by each call</param>
    /// <param name="command">the bytes that were proposed</param>
    /// <exception cref="InvalidDataException">the command cannot be read: the process must stop</exception>
    Applied Apply(ulong index, ReadOnlyMemory<byte> command);

    /// <summary>The whole state, as of the last applied command.</summary>
    /// <returns>writes it, later and on any thread, whatever was applied meanwhile</returns>
    Action<IBufferWriter<byte>> TakeSnapshot();

    /// <summary>Replaces the whole state by one that <see cref="TakeSnapshot"/> gave.</summary>
    /// <param name="index">the log index the snapshot stands for</param>
    void Restore(ulong index, ReadOnlyMemory<byte> snapshot);
}

/// <summary>The way in to the replicated log.</summary>
public interface IProposer
{
    /// <summary>Completes when the command is durable, committed and applied here.</summary>
    /// <exception cref="ProposalException">the command may or may not be applied later: no leader, shutting down, too
    /// large</exception>
    ValueTask<Applied> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken ct);

    /// <summary>
    /// Completes when the local state is at least as new as every command acknowledged before the call.
    /// </summary>
    ValueTask ReadBarrierAsync(CancellationToken ct);
}

/// <summary>What became of a committed command: accepted, or refused as a whole and without effect.</summary>
/// <param name="Index">log index of the command</param>
/// <param name="Refusal">null when accepted</param>
public readonly record struct Applied(ulong Index, Refusal? Refusal)
{
    public bool Accepted => Refusal is null;
}

/// <summary>Why a command had no effect.</summary>
/// <param name="Kind">machine-readable reason</param>
/// <param name="Subject">which object, as <c>table/key</c></param>
public sealed record Refusal(RefusalKind Kind, string Subject);

public enum RefusalKind
{
    /// <summary>The object changed since the decision was made: decide again.</summary>
    Stale,

    /// <summary>The object is gone.</summary>
    Missing,

    /// <summary>An object with this key exists already.</summary>
    Exists,

    /// <summary>Another object of the table has this name (names ignore case).</summary>
    NameTaken,

    /// <summary>Another object still refers to it.</summary>
    InUse,
}

/// <summary>A proposal did not get through, for the stated reason.</summary>
public sealed class ProposalException(ProposalFailure failure, string message) : Exception(message)
{
    public ProposalFailure Failure { get; } = failure;
}

public enum ProposalFailure
{
    TooLarge,
    Overloaded,
    ShuttingDown,
    NoLeader,
}
