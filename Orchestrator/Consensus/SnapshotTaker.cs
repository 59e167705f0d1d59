using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus;

/// <summary>
/// Decides when a snapshot is due, and how much of the log stays behind it. Used by the node's loop only.
/// </summary>
/// <remarks>
/// What stays is for members that lag a little: entries are cheaper to send than the whole state. While files of an old
/// key are left, it stays in memory only, and a snapshot is due with the next entries, so that those files go: the
/// newest two snapshots and what lies behind the older one are under the new key then.
/// </remarks>
internal sealed class SnapshotTaker(RaftNodeOptions options, NodeDisk disk)
{
    /// <summary>
    /// For one key. Two do, or three when one was under way; more must not come where they change nothing.
    /// </summary>
    private const int MostForKey = 4;

    /// <summary>A state up to this size costs little to write, however few bytes of the log it makes up for.</summary>
    private const long SmallState = 4 * 1024 * 1024;

    /// <summary>A larger one is written when the log has grown by this part of it.</summary>
    private const int PartOfState = 4;

    private readonly Queue<Recent> _recent = [];
    private long _stateBytes;
    private long _recentBytes;
    private int _entries;
    private ulong _key;
    private int _forKey;
    private long _bytes;
    private bool _isUnderWay;
    private bool _isWanted;

    private bool IsDue => !_isUnderWay
        && (_isWanted
            || (_entries >= options.SnapshotEntries && IsWorthIt)
            || _bytes >= options.SnapshotBytes
            || (_entries > 0 && disk.HasOldKeys && _forKey < MostForKey));

    private bool IsWorthIt => _stateBytes <= SmallState || _bytes >= _stateBytes / PartOfState;

    public void Count(LogEntry applied)
    {
        _entries++;
        _bytes += applied.Payload.Length;
        _recent.Enqueue(new Recent(applied.Index, applied.Payload.Length));
        _recentBytes += applied.Payload.Length;
        while (_recent.Count > options.KeptEntries || _recentBytes > options.KeptBytes)
            _recentBytes -= _recent.Dequeue().Bytes;
    }

    /// <summary>One is due, whatever was applied since the last.</summary>
    public void Want() => _isWanted = true;

    /// <summary>The state was replaced from elsewhere.</summary>
    public void Restart()
    {
        (_entries, _bytes, _recentBytes) = (0, 0, 0);
        _recent.Clear();
    }

    /// <summary>Captures the state now, if a snapshot is due; it is serialized and written beside the loop.</summary>
    /// <param name="then">called on the loop with the first index of the log that stays</param>
    public void TakeIfDue(AppliedState applied, ReplicatedState state, Action<AppliedState, ulong> then)
    {
        if (disk.KeyId != _key)
            (_key, _forKey) = (disk.KeyId, 0);
        if (!IsDue)
            return;
        (_isUnderWay, _isWanted) = (true, false);
        if (disk.HasOldKeys)
            _forKey++;
        var keepFrom = _recent.TryPeek(out var oldest) ? oldest.Index : applied.Position.Index + 1;
        (_entries, _bytes) = (0, 0);
        disk.WriteSnapshot(applied, state.CaptureSnapshot(), bytes =>
        {
            _stateBytes = bytes;
            then(applied, keepFrom);
            disk.RemoveThrough(
                disk.HasOldKeys ? applied.Position.Index : keepFrom - 1, () => _isUnderWay = false);
        });
    }

    private readonly record struct Recent(ulong Index, int Bytes);
}

/// <summary>How far the state machine is, and who belonged to the group then.</summary>
internal readonly record struct AppliedState(LogPosition Position, Membership Membership);
