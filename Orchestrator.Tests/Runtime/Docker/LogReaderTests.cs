using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Runtime.Docker;

namespace Orchestrator.Tests.Runtime.Docker;

public sealed class LogReaderTests
{
    private const string Stamp = "2026-11-20T18:00:00.123456789Z ";
    private static readonly DateTimeOffset Moment =
        DateTimeOffset.Parse("2026-11-20T18:00:00.1234567Z", CultureInfo.InvariantCulture);

    private static readonly ContainerObservation Plain = new("c1", new TaskId("t1"), ContainerState.Running);

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(100_000)]
    public async Task Frames_are_put_together_however_the_packets_fall(int packet)
    {
        byte[] bytes = [.. Frame(1, Stamp + "one\n"), .. Frame(2, Stamp + "two\n"), .. Frame(1, Stamp + "last")];
        var lines = await ReadAsync(Plain, bytes, packet);
        Assert.That(lines.Select(line => $"{line.Stream}:{Text(line)}"),
            Is.EqualTo(new[] { "Stdout:one\n", "Stderr:two\n", "Stdout:last" }));
        Assert.That(lines.Select(line => line.Timestamp), Is.All.EqualTo(Moment));
    }

    [TestCase(5)]
    [TestCase(100_000)]
    public async Task A_terminals_log_has_no_frames_and_keeps_its_line_ends(int packet)
    {
        var bytes = Encoding.UTF8.GetBytes($"{Stamp}one\r\n{Stamp}two\r\n{Stamp}");
        var lines = await ReadAsync(Plain with { Tty = true }, bytes, packet);
        Assert.That(lines.Select(Text), Is.EqualTo(new[] { "one\r\n", "two\r\n" }));
        Assert.That(lines.Select(line => line.Timestamp), Is.All.EqualTo(Moment));
    }

    [Test]
    public async Task Messages_of_one_long_line_become_one_line_again()
    {
        var part = new string('x', 16 * 1024);
        byte[] frames =
            [.. Frame(1, Stamp + part), .. Frame(2, Stamp + "between\n"), .. Frame(1, Stamp + "end\n")];
        var framed = await ReadAsync(Plain, frames, 100_000);
        Assert.That(framed.Select(Text), Is.EqualTo(new[] { "between\n", part + "end\n" }));
        var raw = Encoding.UTF8.GetBytes(Stamp + part + Stamp + part + Stamp + "end\r\n" + Stamp + "next\r\n");
        var terminal = await ReadAsync(Plain with { Tty = true }, raw, 3000);
        Assert.That(terminal.Select(Text), Is.EqualTo(new[] { part + part + "end\r\n", "next\r\n" }));
    }

    [Test]
    public async Task A_line_without_end_comes_in_pieces_of_64_KiB()
    {
        var frames = Enumerable.Range(0, 9).SelectMany(_ => Frame(1, Stamp + new string('x', 16 * 1024))).ToArray();
        var lines = await ReadAsync(Plain, frames, 10_000);
        Assert.That(lines.Select(line => line.Text.Length), Is.EqualTo(new[] { 65536, 65536, 16384 }));
    }

    [Test]
    public async Task The_engines_own_words_have_no_timestamp_and_are_marked()
    {
        byte[] bytes = [.. Frame(1, Stamp + "one\n"), .. Frame(3, "Error grabbing logs: EOF\n")];
        var lines = await ReadAsync(Plain, bytes, 9);
        Assert.That(lines[1].Stream, Is.EqualTo(LogStream.System));
        Assert.That(Text(lines[1]), Is.EqualTo("Error grabbing logs: EOF\n"));
        Assert.That(lines[1].Timestamp, Is.EqualTo(Moment));
    }

    [TestCase("GET / HTTP/1.1\n")]
    [TestCase("\u0001\0\0\0\u007f\0\0\0")]
    public async Task What_is_not_framed_is_refused_and_not_buffered(string bytes)
    {
        var e = await Failing.Of(() => ReadAsync(Plain, Encoding.Latin1.GetBytes(bytes), 100));
        Assert.That(e.Message, Does.Contain("not framed"));
    }

    [Test]
    public async Task The_options_reach_the_engine()
    {
        await using var engine = await FakeEngine.StartAsync(context => context.Packets(Array.Empty<byte>(), 1));
        using var client = engine.Client();
        var options = new LogOptions { Stderr = false, Follow = true, Tail = 5, Since = Moment };
        await foreach (var _ in new LogReader(client).ReadAsync(Plain, options, default))
            Assert.Fail("no lines");
        Assert.That(engine.Requests.Last(), Is.EqualTo(
            "GET /v1.41/containers/c1/logs?timestamps=1&stdout=1&stderr=0&follow=1&tail=5&since=1795197600.123456700"));
    }

    [Test]
    public async Task Abandoning_a_followed_log_closes_its_connection()
    {
        var gone = new TaskCompletionSource();
        await using var engine = await FakeEngine.StartAsync(async context =>
        {
            context.RequestAborted.Register(gone.SetResult);
            await context.Packets(Frame(1, Stamp + "one\n"), 1000);
            await gone.Task;
        });
        using var client = engine.Client();
        await foreach (var line in new LogReader(client).ReadAsync(Plain, new LogOptions { Follow = true }, default))
        {
            Assert.That(Text(line), Is.EqualTo("one\n"));
            break;
        }
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static async Task<List<LogLine>> ReadAsync(ContainerObservation container, byte[] bytes, int packet)
    {
        await using var engine = await FakeEngine.StartAsync(context => context.Packets(bytes, packet));
        using var client = engine.Client();
        var lines = new List<LogLine>();
        await foreach (var line in new LogReader(client).ReadAsync(container, new LogOptions(), default))
            lines.Add(line);
        return lines;
    }

    private static byte[] Frame(byte stream, string text)
    {
        var frame = new byte[8 + Encoding.UTF8.GetByteCount(text)];
        frame[0] = stream;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), frame.Length - 8);
        Encoding.UTF8.GetBytes(text, frame.AsSpan(8));
        return frame;
    }

    private static string Text(LogLine line) => Encoding.UTF8.GetString(line.Text.Span);
}
