using Orchestrator.Primitives;
using Orchestrator.Serialization;

namespace Orchestrator.Consensus;

/// <summary>The sessions in a snapshot.</summary>
[MessagePackObject]
public sealed record SessionsImage
{
    [Key(0)] public ulong ForgottenThrough { get; init; }

    /// <summary>Least recently used first.</summary>
    [Key(1)] public ImmutableArray<ClientImage> Clients { get; init; } = [];
}

[MessagePackObject]
public sealed record ClientImage
{
    [Key(0)] public ulong High { get; init; }

    [Key(1)] public ulong Low { get; init; }

    [Key(2)] public ulong LastUsed { get; init; }

    [Key(3)] public ulong Floor { get; init; }

    [Key(4)] public ImmutableArray<ResultImage> Results { get; init; } = [];

    internal UInt128 Id => new(High, Low);

    internal static ClientImage Of(ClientSession session) => new()
    {
        High = (ulong)(session.Client >> 64),
        Low = (ulong)session.Client,
        LastUsed = session.LastUsed,
        Floor = session.Floor,
        Results = [.. session.Results.Select(result => ResultImage.Of(result.Key, result.Value))],
    };

    internal void Fill(ClientSession session)
    {
        session.Forget(Floor);
        foreach (var result in Results)
            session.Add(result.Sequence, result.ToApplied(), int.MaxValue);
    }
}

[MessagePackObject]
public sealed record ResultImage
{
    [Key(0)] public ulong Sequence { get; init; }

    [Key(1)] public ulong Index { get; init; }

    /// <summary>Null when accepted.</summary>
    [Key(2)] public RefusalKind? Refusal { get; init; }

    [Key(3)] public string Subject { get; init; } = "";

    internal static ResultImage Of(ulong sequence, Applied applied) => new()
    {
        Sequence = sequence,
        Index = applied.Index,
        Refusal = applied.Refusal?.Kind,
        Subject = applied.Refusal?.Subject ?? "",
    };

    internal Applied ToApplied() => new(Index, Refusal is { } kind ? new Refusal(kind, Subject) : null);
}
