using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Serialization;

public sealed class FrameStreamTests
{
    private const int Limit = 1_000_000;

    [Test]
    public async Task Frames_come_back_in_order_and_then_the_stream_ends()
    {
        var report = SampleValue.Of<AgentStatusReport>();
        var stream = new MemoryStream();
        await FrameStream.WriteFrameAsync<AgentMessage>(stream, new AgentHeartbeat(), default);
        await FrameStream.WriteFrameAsync<AgentMessage>(stream, report, default);
        var trickle = new TrickleStream(stream.ToArray());
        Assert.That(await Read(trickle), Is.EqualTo(new AgentHeartbeat()));
        Assert.That(WireShape.Text(await Read(trickle)), Is.EqualTo(WireShape.Text(report)));
        Assert.That(await Read(trickle), Is.Null);
        Assert.That(await Read(trickle), Is.Null, "and stays ended");
    }

    [Test]
    public async Task A_frame_is_its_length_highest_byte_first_and_the_message()
    {
        var stream = new MemoryStream();
        await FrameStream.WriteFrameAsync<AgentMessage>(stream, new AgentHeartbeat(), default);
        Assert.That(Convert.ToHexStringLower(stream.ToArray()), Is.EqualTo("00000003920190"));
    }

    [Test]
    public async Task A_large_frame_comes_back()
    {
        var stream = new MemoryStream();
        var spec = new ContainerSpec { Image = new string('x', 900_000) };
        await FrameStream.WriteFrameAsync(stream, spec, default);
        stream.Position = 0;
        var back = await FrameStream.ReadFrameAsync<ContainerSpec>(stream, Limit, default);
        Assert.That(back?.Image, Is.EqualTo(spec.Image));
    }

    [TestCase("00")]
    [TestCase("000000")]
    [TestCase("00000003")]
    [TestCase("000000039201")]
    public void A_stream_that_ends_inside_a_frame_is_an_error(string hex) => Assert.That(
        async () => await Read(new TrickleStream(Convert.FromHexString(hex))),
        Throws.TypeOf<EndOfStreamException>().With.Message.Contains("the stream ended after"));

    [TestCase("000f4241")]
    [TestCase("ffffffff")]
    public void A_frame_over_the_limit_is_an_error_that_names_it(string hex) => Assert.That(
        async () => await Read(new TrickleStream(Convert.FromHexString(hex))),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains("the limit is 1000000 bytes"));

    [TestCase("00000000")]
    [TestCase("00000003929999")]
    [TestCase("0000000492019000")]
    public void A_frame_that_holds_no_message_is_an_error(string hex) => Assert.That(
        async () => await Read(new TrickleStream(Convert.FromHexString(hex))),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains("cannot read AgentMessage"));

    [Test]
    public async Task A_frame_of_exactly_the_limit_is_accepted()
    {
        var stream = new MemoryStream(Convert.FromHexString("00000003920190"));
        Assert.That(await FrameStream.ReadFrameAsync<AgentMessage>(stream, 3, default), Is.Not.Null);
        stream.Position = 0;
        Assert.That(
            async () => await FrameStream.ReadFrameAsync<AgentMessage>(stream, 2, default),
            Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Waiting_for_a_frame_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.That(
            async () => await FrameStream.ReadFrameAsync<AgentMessage>(new MemoryStream([0]), Limit, cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    private static ValueTask<AgentMessage?> Read(Stream stream) =>
        FrameStream.ReadFrameAsync<AgentMessage>(stream, Limit, default);

    /// <summary>Gives one byte at a time, as a slow network may.</summary>
    private sealed class TrickleStream(byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
