using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>One member of the managers' group: its door for proposers, operators and peers, and its life.</summary>
/// <remarks>
/// <see cref="NodeLoop"/> does the work. Every exception of the disk or the state machine ends it for good. A group of
/// one is a group like any other: what is flushed here is committed.
/// </remarks>
internal sealed partial class RaftNode : IProposer, IAsyncDisposable
{
    private static readonly TimeSpan KeyLimit = TimeSpan.FromMinutes(1);

    /// <summary>For a snapshot to be written.</summary>
    private static readonly TimeSpan KeyPause = TimeSpan.FromMilliseconds(100);

    private readonly NodeParts _parts;
    private readonly NodeLoop _loop;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposing = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Exception? _failure;
    private int _started;
    private int _disposed;

    private RaftNode(NodeParts parts)
    {
        _parts = parts;
        _logger = parts.Around.Logger;
        _loop = new NodeLoop(parts);
    }

    /// <summary>How this member sees the group now.</summary>
    public MemberStatus Status => _parts.Board.Current;

    /// <summary>Index of the last entry the state machine has seen.</summary>
    public ulong AppliedIndex => _parts.AppliedIndex;

    public TimeProvider Time => _parts.Time;

    /// <summary>After this a transfer of the leadership has failed.</summary>
    public TimeSpan TransferLimit => 3 * _parts.Options.Election;

    /// <summary>
    /// Opens the directory and restores the newest snapshot; what is behind it is applied when the group has confirmed
    /// it. Blocks; call it before serving.
    /// </summary>
    /// <exception cref="LogException">in use, newer version, corrupt, another node's, or the disk fails</exception>
    /// <exception cref="ArgumentException">the options do not fit together</exception>
    public static RaftNode Open(RaftNodeOptions options, NodeSurroundings around)
    {
        options.Validate();
        var directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Directory));
        var parts = NodeOpening.Open(options with { Directory = directory }, around);
        var node = new RaftNode(parts);
        node.LogOpened(directory, parts.Self, parts.Start.Position.Index, parts.Core.LastPosition.Index);
        return node;
    }

    /// <summary>
    /// On any member: the command goes to whoever leads, again if the leader changes, and counts once.
    /// </summary>
    /// <remarks>
    /// The bytes must not change until the call returns, nor later when it was cancelled. A cancelled command may
    /// still be applied.
    /// </remarks>
    public ValueTask<Applied> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken ct) =>
        ProposeAsync(command, fenceTerm: 0, ct);

    /// <param name="fenceTerm">refused when it reaches the log in another term; 0: any term</param>
    /// <exception cref="ProposalException">the command may or may not be applied later: the message says so</exception>
    internal ValueTask<Applied> ProposeAsync(ReadOnlyMemory<byte> command, ulong fenceTerm, CancellationToken ct) =>
        new(_parts.Inbox.ProposeAsync(new Proposal(command, fenceTerm, ct), ct));

    /// <summary>On any member: the leader confirms with a quorum how far the state must be.</summary>
    /// <exception cref="ProposalException">there is no leader, or no answer in time</exception>
    public ValueTask ReadBarrierAsync(CancellationToken ct) =>
        new(_parts.Inbox.AskAsync(new NodeRequest.Read(ct), ct));

    /// <summary>Completes when all that the group had agreed on before is applied here. The loop must run.</summary>
    /// <exception cref="LogException">the disk failed or an entry cannot be applied</exception>
    /// <exception cref="ProposalException">there is no leader, or no answer in time</exception>
    public async Task ReadyAsync(CancellationToken ct)
    {
        try
        {
            await ReadBarrierAsync(ct);
        }
        catch (ProposalException) when (_failure is LogException failure)
        {
            throw new LogException(failure.Failure, failure.Message, failure);
        }
    }

    /// <summary>When a key of the log's files was made or forgotten last.</summary>
    public DateTimeOffset KeysChangedAt => _parts.Disk.KeysChangedAt;

    /// <summary>
    /// A new key for the log's files; completes when what the old one encrypted is gone. A change of keys that is under
    /// way is only brought to its end.
    /// </summary>
    /// <exception cref="ProposalException">the new key may be in use, and the old one is still needed: there is no
    /// leader, or it took too long. It goes with the next snapshots</exception>
    /// <exception cref="LogException">the disk failed</exception>
    public async Task RotateKeyAsync(CancellationToken ct)
    {
        _parts.Inbox.ThrowIfClosed();
        await _parts.Disk.RotateKeyAsync().WaitAsync(ct);
        var begin = Time.GetTimestamp();
        while (_parts.Disk.HasOldKeys)
        {
            if (Time.GetElapsedTime(begin) > KeyLimit)
                throw new ProposalException(ProposalFailure.Overloaded, "the new key is in use, but files of the old "
                    + $"one are still there after {KeyLimit.TotalSeconds:0} s: they go with the next snapshots");
            // Snapshots stand for entries: without a new one there is nothing to take the next one of.
            await ProposeAsync(default, CommandEnvelope.NoTerm, ct);
            await Task.Delay(KeyPause, Time, ct);
        }
    }

    /// <summary>Completes with this member's present time of office, or its next; null when the node ends.</summary>
    public Task<Leadership?> LeadAsync(CancellationToken ct) => _parts.Board.LeadAsync(ct);

    /// <summary>The status now, and after each change of leader or members. A slow reader skips some.</summary>
    public IAsyncEnumerable<MemberStatus> WatchAsync(CancellationToken ct) => _parts.Board.WatchAsync(ct);

    /// <summary>Only within <see cref="ChangeAsync"/> and <see cref="CallAsync"/>.</summary>
    internal bool IsReachable(MemberId member) => _parts.IsReachable(member);

    /// <summary>For messages of peers: whoever brings one waits until there is room for it.</summary>
    /// <param name="bytes">about its size</param>
    public ValueTask ReceiveAsync(Message message, int bytes, CancellationToken ct) =>
        _parts.Inbox.ReceiveAsync(message, bytes, ct);

    /// <summary>Asks the core for an entry; completes when it is applied here.</summary>
    /// <param name="ask">runs on the loop; may throw <see cref="MembershipException"/></param>
    internal Task ChangeAsync(Func<RaftCore, LogPosition> ask, CancellationToken ct) =>
        _parts.Inbox.AskAsync(new NodeRequest.Change(ask, ct), ct);

    /// <param name="action">runs on the loop; may throw <see cref="MembershipException"/></param>
    internal Task CallAsync(Action<RaftCore> action, CancellationToken ct) =>
        _parts.Inbox.AskAsync(new NodeRequest.Call(action, ct), ct);

    /// <summary>The loop. Returns when cancelled; throws when the node can never go on. Call it once.</summary>
    /// <exception cref="LogException">the disk failed or an entry cannot be applied: end the process</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        Invariant.Require(Interlocked.Exchange(ref _started, 1) == 0, "the loop runs once");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, _disposing.Token);
        try
        {
            await _loop.RunAsync(stop.Token);
        }
        catch (Exception e)
        {
            _failure = e;
            LogFatal(e);
            await CloseAsync($"the manager stops: {e.Message}");
            throw;
        }
        finally
        {
            await CloseAsync("the manager is shutting down");
            _ended.TrySetResult();
        }
    }

    /// <summary>Ends the loop, waits for the disk as long as the options say, and gives the directory free.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _disposing.CancelAsync();
        if (Interlocked.Exchange(ref _started, 1) == 0)
            _ended.SetResult();
        await _ended.Task;
        await CloseAsync("the manager is shutting down");
        // A thread that hangs in the disk keeps files and lock until the process ends.
        await _parts.Disk.DisposeAsync().AsTask().WaitAsync(_parts.Options.StopGrace, Time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _disposing.Dispose();
    }

    private async Task CloseAsync(string reason)
    {
        _parts.Inbox.Close(reason);
        _parts.Board.Close();
        await _loop.CloseAsync(reason);
    }

    [LoggerMessage(LogLevel.Information,
        "log opened in {Directory} as member {Member}: snapshot of index {Snapshot}, log to index {Last}")]
    private partial void LogOpened(string directory, MemberId member, ulong snapshot, ulong last);

    [LoggerMessage(LogLevel.Critical, "the log cannot go on: the manager stops")]
    private partial void LogFatal(Exception e);
}
