using Orchestrator.Serialization;

namespace Orchestrator.Store;

/// <summary>What a backup holds: the whole state at one moment, secrets of the cluster included.</summary>
[MessagePackObject]
public sealed record BackupImage
{
    public const int CurrentFormat = 1;

    [Key(0)] public int Format { get; init; } = CurrentFormat;

    /// <summary>Log index of the state; versions of objects are not higher.</summary>
    [Key(1)] public ulong Index { get; init; }

    [Key(2)] public DateTimeOffset TakenAt { get; init; }

    [Key(3)] public StateImage State { get; init; } = new();

    public static BackupImage Of(StateSnapshot state, DateTimeOffset now) =>
        new() { Index = state.Index, TakenAt = now, State = StateImage.Of(state) };

    /// <summary>As the state machine takes it up again.</summary>
    /// <exception cref="InvalidDataException">not a state that can be taken up</exception>
    public StateSnapshot Restore()
    {
        if (Format != CurrentFormat)
            throw new InvalidDataException($"the backup's content has format {Format}; this version knows format "
                + $"{CurrentFormat} only: restore it with the version that made it, or a newer one");
        var store = new StateStore();
        store.ReadSnapshot(Index, MessagePackSerializer.Serialize(State))();
        return store.Current;
    }
}
