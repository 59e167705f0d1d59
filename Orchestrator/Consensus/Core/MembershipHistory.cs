namespace Orchestrator.Consensus.Core;

/// <summary>
/// The membership that counts: the newest one in the log, committed or not; and the one to go back to when that entry
/// is cut.
/// </summary>
internal sealed class MembershipHistory
{
    private readonly List<(ulong Index, Membership Membership)> _known = [];

    public MembershipHistory(ulong index, Membership membership) => Restart(index, membership);

    public Membership Effective => _known[^1].Membership;

    /// <summary>
    /// The one before <see cref="Effective"/> while that may still be undone, else the same. It is committed, known or
    /// not: after a restart <see cref="Committed"/> can be much older.
    /// </summary>
    public Membership Previous => _known[^Math.Min(2, _known.Count)].Membership;

    public Membership Committed => _known[0].Membership;

    /// <summary>Of the entry that made <see cref="Effective"/>.</summary>
    public ulong EffectiveIndex => _known[^1].Index;

    public bool HasUncommitted => _known.Count > 1;

    /// <summary>Belongs to the group, or would again if <see cref="Effective"/> were undone.</summary>
    public bool Has(MemberId id) =>
        Effective.Find(id) is not null || Previous.Find(id) is not null || Committed.Find(id) is not null;

    public void Append(ulong index, Membership membership) => _known.Add((index, membership));

    /// <summary>The log was cut: entries from <paramref name="index"/> on are gone.</summary>
    public void Cut(ulong index)
    {
        while (_known.Count > 1 && _known[^1].Index >= index)
            _known.RemoveAt(_known.Count - 1);
    }

    public void CommitTo(ulong index)
    {
        while (_known.Count > 1 && _known[1].Index <= index)
            _known.RemoveAt(0);
    }

    /// <summary>A snapshot took the place of the log.</summary>
    public void Restart(ulong index, Membership membership)
    {
        _known.Clear();
        _known.Add((index, membership));
    }
}
