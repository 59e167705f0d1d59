using System.Threading.Channels;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Consensus.Transport;

/// <summary>
/// What waits to be sent to one member. When it is full, new messages are dropped: the core repeats itself.
/// </summary>
internal sealed class PeerQueue(PeerOptions options)
{
    private readonly Channel<Message> _channel = Channel.CreateBounded<Message>(
        new BoundedChannelOptions(options.QueuedMessages) { SingleReader = true });

    private long _bytes;
    private long _dropped;

    /// <summary>Of the messages that wait.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public int Count => _channel.Reader.Count;

    /// <summary>Messages that were dropped since the beginning.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>From one thread at a time.</summary>
    public void Add(Message message)
    {
        var size = PeerCodec.SizeOf(message);
        var before = Interlocked.Add(ref _bytes, size) - size;
        if ((before == 0 || before + size <= options.QueuedBytes) && _channel.Writer.TryWrite(message))
            return;
        Interlocked.Add(ref _bytes, -size);
        Interlocked.Increment(ref _dropped);
    }

    public async ValueTask<Message> TakeAsync(CancellationToken ct) => Taken(await _channel.Reader.ReadAsync(ct));

    public bool TryTake([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out Message message)
    {
        if (!_channel.Reader.TryRead(out message))
            return false;
        Taken(message);
        return true;
    }

    /// <summary>Forgets what waits: by the time that it could be sent it would be old.</summary>
    public void Clear()
    {
        while (TryTake(out _))
            Interlocked.Increment(ref _dropped);
    }

    private Message Taken(Message message)
    {
        Interlocked.Add(ref _bytes, -PeerCodec.SizeOf(message));
        return message;
    }
}
