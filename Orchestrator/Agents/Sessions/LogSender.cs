using System.Threading.Channels;
using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Agents.Sessions;

/// <summary>
/// Sends the lines of one log request, in frames, several of them in one piece when there are, then
/// <see cref="LogEnd"/>: without it the manager knows that the log has broken off.
/// </summary>
internal static class LogSender
{
    /// <summary>Lines that wait at most; then the runtime's streams wait.</summary>
    private const int MaxWaiting = 256;
    private const int PieceBytes = 32 * 1024;

    public static async Task SendAsync(
        Stream stream, LogRequest request, Func<TaskId, ChannelWriter<LogLine>, Task> read, CancellationToken ct)
    {
        var lines = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
        // The manager answers when it sees the headers, which travel with the first bytes.
        await stream.FlushAsync(ct);
        var sending = DrainAsync(stream, lines.Reader, ct);
        try
        {
            await Task.WhenAll(request.Tasks.Select(task => read(task, lines.Writer)));
        }
        finally
        {
            lines.Writer.Complete();
        }
        await sending;
        await FrameStream.WriteFrameAsync<LogMessage>(stream, new LogEnd(), ct);
    }

    private static async Task DrainAsync(Stream stream, ChannelReader<LogLine> lines, CancellationToken ct)
    {
        using var piece = new MemoryStream();
        while (await lines.WaitToReadAsync(ct))
        {
            while (piece.Length < PieceBytes && lines.TryRead(out var line))
                await FrameStream.WriteFrameAsync<LogMessage>(piece, line, ct);
            await stream.WriteAsync(piece.GetBuffer().AsMemory(0, (int)piece.Length), ct);
            await stream.FlushAsync(ct);
            piece.SetLength(0);
        }
    }
}
