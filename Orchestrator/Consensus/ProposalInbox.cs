using System.Threading.Channels;
using Orchestrator.Primitives;

namespace Orchestrator.Consensus;

/// <summary>Where proposers wait, and where the node's loop takes from.</summary>
internal sealed class ProposalInbox(SingleNodeOptions options)
{
    // A null stands for "look around": it wakes the loop.
    private readonly Channel<Proposal?> _channel = Channel.CreateBounded<Proposal?>(
        new BoundedChannelOptions(options.InboxCapacity) { SingleReader = true });

    private volatile string? _closed;

    /// <exception cref="ProposalException">too large, or the node stops</exception>
    public async Task<Applied> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken ct)
    {
        if (command.Length > options.MaxProposalBytes)
            throw new ProposalException(ProposalFailure.TooLarge,
                $"the change has {command.Length} bytes; the limit is {options.MaxProposalBytes} bytes");
        var proposal = new Proposal(command, ct);
        try
        {
            await _channel.Writer.WriteAsync(proposal, ct);
        }
        catch (ChannelClosedException)
        {
            ThrowIfClosed();
        }
        return await proposal.Outcome.WaitAsync(ct);
    }

    /// <exception cref="ProposalException">the node stops</exception>
    public void ThrowIfClosed()
    {
        if (_closed is { } reason)
            throw Closed(reason);
    }

    /// <summary>Wakes the loop. A full inbox needs no waking.</summary>
    public void Wake() => _channel.Writer.TryWrite(null);

    public ValueTask<bool> WaitAsync(CancellationToken ct) => _channel.Reader.WaitToReadAsync(ct);

    /// <summary>Moves what waits into the batch, as far as it has room.</summary>
    /// <param name="previous">index of the entry before the batch</param>
    public void Fill(ProposalBatch batch, ulong previous, ulong term)
    {
        while (batch.Bytes < options.MaxBatchBytes && _channel.Reader.TryRead(out var proposal))
        {
            if (proposal is { IsWithdrawn: false })
                batch.Add(proposal, ++previous, term);
        }
    }

    /// <summary>Refuses those who wait and those who come.</summary>
    public void Close(string reason)
    {
        _closed ??= reason;
        _channel.Writer.TryComplete();
        while (_channel.Reader.TryRead(out var proposal))
            proposal?.Fail(Closed(_closed));
    }

    public static ProposalException Closed(string reason) => new(ProposalFailure.ShuttingDown, reason);
}
