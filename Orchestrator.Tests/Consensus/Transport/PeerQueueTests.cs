using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Transport;

namespace Orchestrator.Tests.Consensus.Transport;

public sealed class PeerQueueTests
{
    private static readonly PeerOptions Options = new() { QueuedMessages = 10, QueuedBytes = 4000 };

    [Test]
    public void More_messages_than_fit_are_dropped()
    {
        var queue = new PeerQueue(Options);
        for (var i = 0; i < 15; i++)
            queue.Add(Heartbeat());
        Assert.That((queue.Count, queue.Dropped), Is.EqualTo((10, 5)));
        queue.Clear();
        Assert.That((queue.Count, queue.Bytes, queue.Dropped), Is.EqualTo((0, 0, 15)));
    }

    [Test]
    public void More_bytes_than_fit_are_dropped_and_small_ones_still_fit()
    {
        var queue = new PeerQueue(Options);
        queue.Add(Command(3000));
        queue.Add(Command(3000));
        queue.Add(Heartbeat());
        Assert.That((queue.Count, queue.Dropped), Is.EqualTo((2, 1)));
        Assert.That(queue.Bytes, Is.LessThanOrEqualTo(Options.QueuedBytes));
    }

    [Test]
    public void One_message_fits_however_large_it_is()
    {
        var queue = new PeerQueue(Options);
        queue.Add(Command(8000));
        queue.Add(Command(1));
        Assert.That(queue.TryTake(out var message), Is.True);
        Assert.That(((Message.Forward)message!).Command.Length, Is.EqualTo(8000));
        Assert.That((queue.Count, queue.Bytes), Is.EqualTo((0, 0)));
    }

    private static Message.Append Heartbeat() => new Message.Append(new MemberId(1), new MemberId(2), 1, default, [], 0, 0);

    private static Message.Forward Command(int bytes) => new Message.Forward(new MemberId(1), new MemberId(2), 1, new byte[bytes]);
}
