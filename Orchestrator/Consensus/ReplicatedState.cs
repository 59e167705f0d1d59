using System.Buffers;
using System.Buffers.Binary;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;
using Orchestrator.Serialization;

namespace Orchestrator.Consensus;

/// <summary>
/// All that the log drives: the state machine, and the sessions that keep a command from counting twice.
/// </summary>
/// <remarks>
/// A snapshot is <see cref="CommandEnvelope.Mark"/>, a version, the length of the sessions (4 bytes, little-endian),
/// the sessions and the state machine's own. Snapshots and commands without the mark are of the time before sessions.
/// </remarks>
internal sealed class ReplicatedState(IStateMachine machine)
{
    private const byte SnapshotVersion = 1;
    private const int HeaderSize = 6;

    private readonly ClientSessions _sessions = new();

    /// <summary>What became of the entry's command; null when it has none, or one that nobody waits for.</summary>
    /// <exception cref="LogException">the command cannot be read: to skip it would make this member differ</exception>
    public AppliedCommand? Apply(LogEntry entry)
    {
        if (entry.Kind != EntryKind.Command)
            return null;
        AppliedCommand? applied = null;
        Guarded($"entry {entry.Index} of the log", () =>
        {
            if (CommandEnvelope.IsEnvelope(entry.Payload.Span))
                applied = Apply(entry, CommandEnvelope.Decode(entry.Payload));
            else
                machine.Apply(entry.Index, entry.Payload);
        });
        return applied;
    }

    /// <summary>All as it is now; the result may be called later, on any thread.</summary>
    public Action<IBufferWriter<byte>> TakeSnapshot()
    {
        // The sessions are few and change; the machine's state may be large, and writing it must not hold up the loop.
        var sessions = MessagePackSerializer.Serialize(_sessions.ToImage());
        var state = machine.TakeSnapshot();
        return output => Write(output, sessions, state);
    }

    private static void Write(IBufferWriter<byte> output, byte[] sessions, Action<IBufferWriter<byte>> state)
    {
        var header = output.GetSpan(HeaderSize);
        header[0] = CommandEnvelope.Mark;
        header[1] = SnapshotVersion;
        BinaryPrimitives.WriteInt32LittleEndian(header[2..], sessions.Length);
        output.Advance(HeaderSize);
        output.Write(sessions);
        state(output);
    }

    /// <exception cref="LogException">the snapshot cannot be read</exception>
    public void Restore(ulong index, ReadOnlyMemory<byte> snapshot) =>
        Guarded($"the snapshot of index {index}", () =>
        {
            var sessions = SessionsIn(snapshot.Span);
            _sessions.Restore(sessions is { } length
                ? MessagePackSerializer.Deserialize<SessionsImage>(snapshot.Slice(HeaderSize, length))
                : new SessionsImage());
            machine.Restore(index, sessions is { } skip ? snapshot[(HeaderSize + skip)..] : snapshot);
        });

    private AppliedCommand Apply(LogEntry entry, in CommandEnvelope envelope)
    {
        var verdict = _sessions.Begin(envelope, entry.Index);
        var result = verdict.Result;
        if (verdict.Answer == SessionAnswer.New)
        {
            result = envelope.FenceTerm != 0 && envelope.FenceTerm != entry.Term
                ? new Applied(entry.Index, new Refusal(RefusalKind.Stale, FencedProposer.Subject))
                : machine.Apply(entry.Index, envelope.Command);
            _sessions.End(envelope, result);
        }
        return new AppliedCommand(envelope.Client, envelope.Sequence)
        {
            Result = verdict.Answer == SessionAnswer.Forgotten ? null : result,
        };
    }

    /// <summary>Bytes of the sessions; null for a snapshot without.</summary>
    private static int? SessionsIn(ReadOnlySpan<byte> snapshot)
    {
        if (snapshot is not [CommandEnvelope.Mark, ..])
            return null;
        if (snapshot.Length < HeaderSize)
            throw new InvalidDataException($"the snapshot ends after {snapshot.Length} bytes");
        if (snapshot[1] != SnapshotVersion)
            throw new InvalidDataException(
                $"the snapshot has version {snapshot[1]}, this program knows {SnapshotVersion}");
        var length = BinaryPrimitives.ReadInt32LittleEndian(snapshot[2..]);
        if (length < 0 || length > snapshot.Length - HeaderSize)
            throw new InvalidDataException($"the snapshot's sessions have {length} of {snapshot.Length} bytes");
        return length;
    }

    private static void Guarded(string what, Action action)
    {
        try
        {
            action();
        }
        catch (InvalidDataException e)
        {
            throw new LogException(LogFailure.Unreadable, $"{what} is intact but cannot be applied: {e.Message}. "
                + "The manager stops rather than skip it; a newer version may have written it.", e);
        }
    }
}

/// <summary>A command that came out of the log, for whoever waits for it.</summary>
internal readonly record struct AppliedCommand(UInt128 Client, ulong Sequence)
{
    /// <summary>Null: nobody knows any more whether an earlier copy was applied; this one was not.</summary>
    public Applied? Result { get; init; }
}
