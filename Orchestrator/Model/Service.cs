using Orchestrator.Serialization;

namespace Orchestrator.Model;

/// <summary>What a user wants to run, and the system's notes about it.</summary>
[MessagePackObject]
public sealed record Service : IStoreObject
{
    [Key(0)] public required ServiceId Id { get; init; }

    [Key(1)] public ObjectMeta Meta { get; init; } = new();

    [Key(2)] public required ServiceSpec Spec { get; init; }

    /// <summary>Number of the revision that holds <see cref="Spec"/>: 1, 2, … for each accepted change.</summary>
    [Key(3)] public ulong Revision { get; init; } = 1;

    /// <summary>
    /// The revision whose template and endpoint equal the current ones: a task of another one is out of date.
    /// </summary>
    [Key(4)] public ulong TemplateRevision { get; init; } = 1;

    /// <summary>The revision that a rollback returns to; null when there is none.</summary>
    [Key(5)] public ulong? PreviousRevision { get; init; }

    [Key(6)] public UpdateStatus? UpdateStatus { get; init; }

    /// <summary>
    /// Registry credentials as the client sent them (base64url JSON). A secret: never shown, never logged.
    /// </summary>
    [Key(7)] public string RegistryAuth { get; init; } = "";

    public string Key => Id.Value;

    public string? UniqueName => Spec.Name;

    public IStoreObject WithMeta(ObjectMeta meta) => this with { Meta = meta };
}

/// <summary>One state of a service's spec, stored once and never changed. Tasks and history point to it.</summary>
[MessagePackObject]
public sealed record ServiceRevision : IStoreObject
{
    [Key(0)] public required ServiceId ServiceId { get; init; }

    [Key(1)] public ObjectMeta Meta { get; init; } = new();

    [Key(2)] public required ulong Number { get; init; }

    [Key(3)] public required ServiceSpec Spec { get; init; }

    public string Key => KeyOf(ServiceId, Number);

    public string? UniqueName => null;

    public IStoreObject WithMeta(ObjectMeta meta) => this with { Meta = meta };

    /// <summary>Keys of one service are neighbours in ordinal order, oldest first.</summary>
    public static string KeyOf(ServiceId service, ulong number) => $"{service.Value}/{number:x16}";
}

/// <summary>How far a rolling update is.</summary>
[MessagePackObject]
public sealed record UpdateStatus
{
    [Key(0)] public UpdateState State { get; init; }

    [Key(1)] public DateTimeOffset? StartedAt { get; init; }

    [Key(2)] public DateTimeOffset? CompletedAt { get; init; }

    [Key(3)] public string Message { get; init; } = "";
}

public enum UpdateState
{
    Updating = 0,
    Paused = 1,
    Completed = 2,
    RollbackStarted = 3,
    RollbackPaused = 4,
    RollbackCompleted = 5,
}
