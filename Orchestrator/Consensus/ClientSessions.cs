using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>
/// Which commands were applied, by client: a command that is proposed again counts once, and its result is given again.
/// Part of the replicated state: the same log gives the same sessions on every member.
/// </summary>
/// <remarks>
/// Bounded: the client that was silent for longest is forgotten first. A client that was never known can be told from a
/// forgotten one, because each says behind which index of the log it was born.
/// </remarks>
internal sealed class ClientSessions(
    int maxClients = ClientSessions.MaxClients, int maxResults = ClientSessions.MaxResults)
{
    public const int MaxClients = 1024;

    /// <summary>Of one client.</summary>
    public const int MaxResults = 8192;

    private readonly Dictionary<UInt128, LinkedListNode<ClientSession>> _byClient = [];

    // Least recently used first.
    private readonly LinkedList<ClientSession> _byUse = [];

    // The last index that a forgotten client used.
    private ulong _forgottenThrough;

    public int Count => _byClient.Count;

    /// <summary>Whether the command is to be applied, or what became of the copy that came before.</summary>
    /// <param name="index">of the entry that brings the command</param>
    public SessionVerdict Begin(in CommandEnvelope envelope, ulong index)
    {
        if (!_byClient.TryGetValue(envelope.Client, out var known))
        {
            if (envelope.IsRetry && envelope.Born < _forgottenThrough)
                return SessionVerdict.Forgotten;
            Admit(envelope.Client, index).Forget(envelope.LowestOutstanding);
            return SessionVerdict.New;
        }
        var session = known.Value;
        Use(known, index);
        session.Forget(envelope.LowestOutstanding);
        if (session.TryGet(envelope.Sequence, out var result))
            return new SessionVerdict(SessionAnswer.Repeated, result);
        return envelope.Sequence < session.Floor ? SessionVerdict.Forgotten : SessionVerdict.New;
    }

    /// <summary>Keeps what became of a command that was <see cref="SessionAnswer.New"/>.</summary>
    public void End(in CommandEnvelope envelope, Applied result) =>
        _byClient[envelope.Client].Value.Add(envelope.Sequence, result, maxResults);

    public SessionsImage ToImage() => new()
    {
        ForgottenThrough = _forgottenThrough,
        Clients = [.. _byUse.Select(ClientImage.Of)],
    };

    /// <summary>Replaces everything.</summary>
    public void Restore(SessionsImage image)
    {
        _byClient.Clear();
        _byUse.Clear();
        _forgottenThrough = image.ForgottenThrough;
        foreach (var client in image.Clients)
            client.Fill(Admit(client.Id, client.LastUsed));
    }

    private ClientSession Admit(UInt128 client, ulong index)
    {
        if (_byClient.Count == maxClients)
            ForgetOldest();
        var session = new ClientSession(client) { LastUsed = index };
        _byClient.Add(client, _byUse.AddLast(session));
        return session;
    }

    private void ForgetOldest()
    {
        var oldest = _byUse.First!.Value;
        _forgottenThrough = Math.Max(_forgottenThrough, oldest.LastUsed);
        _byUse.RemoveFirst();
        _byClient.Remove(oldest.Client);
    }

    private void Use(LinkedListNode<ClientSession> node, ulong index)
    {
        node.Value.LastUsed = index;
        _byUse.Remove(node);
        _byUse.AddLast(node);
    }
}

/// <param name="Result">of the first copy, when <see cref="SessionAnswer.Repeated"/></param>
internal readonly record struct SessionVerdict(SessionAnswer Answer, Applied Result = default)
{
    public static SessionVerdict New { get; } = new(SessionAnswer.New);

    public static SessionVerdict Forgotten { get; } = new(SessionAnswer.Forgotten);
}

internal enum SessionAnswer
{
    /// <summary>To be applied.</summary>
    New,

    /// <summary>A copy was applied before.</summary>
    Repeated,

    /// <summary>Nobody knows any more whether a copy was applied: this one is not.</summary>
    Forgotten,
}
