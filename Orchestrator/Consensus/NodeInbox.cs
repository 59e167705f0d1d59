using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Orchestrator.Consensus.Core;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>
/// Where proposers, readers, operators and peers wait, and where the node's loop takes from. Bounded.
/// </summary>
internal sealed class NodeInbox(RaftNodeOptions options, Action wake)
{
    /// <summary>A message larger than this is taken before its sender may bring the next one.</summary>
    private const int SmallMessage = 64 * 1024;

    private const int MessageCapacity = 256;

    /// <summary>News of broken connections are only a hint: more are dropped.</summary>
    private const int LostCapacity = 64;

    private readonly Channel<Proposal> _proposals = Bounded<Proposal>(options.InboxCapacity);
    private readonly Channel<NodeRequest> _requests = Bounded<NodeRequest>(options.InboxCapacity);
    private readonly Channel<Inbound> _messages = Bounded<Inbound>(MessageCapacity);
    private readonly Channel<MemberId> _lost = Bounded<MemberId>(LostCapacity);
    private int _waiting;
    private volatile string? _closed;

    /// <exception cref="ProposalException">too large, too many wait, no leader, or the node stops</exception>
    public async Task<Applied> ProposeAsync(Proposal proposal, CancellationToken ct)
    {
        if (proposal.Command.Length > options.MaxProposalBytes)
            throw new ProposalException(ProposalFailure.TooLarge, $"the change has {proposal.Command.Length} bytes; "
                + $"the limit is {options.MaxProposalBytes} bytes. Make it in smaller parts.");
        await AddAsync(_proposals, proposal, ct);
        return await proposal.Outcome.WaitAsync(ct);
    }

    /// <exception cref="ProposalException">too many wait, no leader, or the node stops</exception>
    public async Task AskAsync(NodeRequest request, CancellationToken ct)
    {
        await AddAsync(_requests, request, ct);
        await request.Outcome.WaitAsync(ct);
    }

    /// <summary>Completes when the loop has room for it; a stopped node drops it.</summary>
    public async ValueTask ReceiveAsync(Message message, int bytes, CancellationToken ct)
    {
        // Whoever brings it goes on elsewhere: the loop does not read from the network.
        var taken = bytes > SmallMessage
            ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
            : null;
        if (!await TryAddAsync(_messages, new Inbound(message, taken), ct) || taken is null)
            return;
        await taken.Task.WaitAsync(ct);
    }

    /// <summary>The connection to a member broke.</summary>
    public void Lose(MemberId member)
    {
        if (_lost.Writer.TryWrite(member))
            wake();
    }

    public bool TryTake(out MemberId lost) => _lost.Reader.TryRead(out lost);

    public bool TryTake(out Message message)
    {
        var found = _messages.Reader.TryRead(out var inbound);
        message = inbound.Message;
        inbound.Taken?.TrySetResult();
        return found;
    }

    public bool TryTake([MaybeNullWhen(false)] out Proposal proposal) =>
        _proposals.Reader.TryRead(out proposal);

    public bool TryTake([MaybeNullWhen(false)] out NodeRequest request) =>
        _requests.Reader.TryRead(out request);

    /// <exception cref="ProposalException">the node stops</exception>
    public void ThrowIfClosed()
    {
        if (_closed is { } reason)
            throw Closed(reason);
    }

    /// <summary>Refuses those who wait and those who come.</summary>
    public void Close(string reason)
    {
        _closed ??= reason;
        _proposals.Writer.TryComplete();
        _requests.Writer.TryComplete();
        _messages.Writer.TryComplete();
        while (TryTake(out Proposal? proposal))
            proposal.Fail(Closed(_closed));
        while (TryTake(out NodeRequest? request))
            request.Fail(Closed(_closed));
        while (TryTake(out Message _))
        {
            // Taken, so that whoever brought it is not left waiting.
        }
    }

    public static ProposalException Closed(string reason) => new(ProposalFailure.ShuttingDown, reason);

    private async Task AddAsync<T>(Channel<T> channel, T item, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _waiting) > options.MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new ProposalException(ProposalFailure.Overloaded,
                $"{options.MaxWaiting} calls wait for the managers already: try again in a moment");
        }
        try
        {
            if (!await TryAddAsync(channel, item, ct))
                ThrowIfClosed();
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async ValueTask<bool> TryAddAsync<T>(Channel<T> channel, T item, CancellationToken ct)
    {
        try
        {
            await channel.Writer.WriteAsync(item, ct);
            wake();
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    private static Channel<T> Bounded<T>(int capacity) =>
        Channel.CreateBounded<T>(new BoundedChannelOptions(capacity) { SingleReader = true });

    /// <param name="Taken">completed when the loop has it</param>
    private readonly record struct Inbound(Message Message, TaskCompletionSource? Taken);
}
