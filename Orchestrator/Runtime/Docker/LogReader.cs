using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Orchestrator.Model;

namespace Orchestrator.Runtime.Docker;

/// <summary>A container's log over a connection of its own, closed as soon as nobody reads on.</summary>
internal sealed class LogReader(DockerClient client)
{
    private const int StreamKinds = (int)LogStream.System + 1;

    public async IAsyncEnumerable<LogLine> ReadAsync(
        ContainerObservation container, LogOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        var lines = Enumerable.Range(0, StreamKinds).Select(_ => new LineAssembler(container.TaskId)).ToArray();
        await foreach (var piece in PiecesAsync(container, options, ct))
        {
            foreach (var line in lines[(int)piece.Stream].Add(piece))
                yield return line;
        }
        foreach (var line in lines.SelectMany(stream => stream.Finish()))
            yield return line;
    }

    private async IAsyncEnumerable<LogPiece> PiecesAsync(
        ContainerObservation container, LogOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        var path = EngineCall.Container(container.ContainerId, "/logs" + Query(options));
        await using var stream = await client.OpenAsync(EngineCall.Get(path), ct);
        var pipe = PipeReader.Create(stream.Body, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            var pieces = container.Tty ? LogTerminal.ReadAsync(pipe, ct) : LogFrames.ReadAsync(pipe, ct);
            await using var each = pieces.GetAsyncEnumerator(ct);
            while (await NextAsync(each, ct))
                yield return each.Current;
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<LogPiece> pieces, CancellationToken ct)
    {
        try
        {
            return await pieces.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
        {
            ct.ThrowIfCancellationRequested();
            throw client.Lost(e);
        }
    }

    private static string Query(LogOptions options) =>
        $"?timestamps=1&stdout={Bit(options.Stdout)}&stderr={Bit(options.Stderr)}&follow={Bit(options.Follow)}" +
        $"&tail={(options.Tail < 0 ? "all" : options.Tail)}" +
        (options.Since is { } since ? $"&since={EngineTime.Query(EngineTime.Nanoseconds(since))}" : "");

    private static char Bit(bool on) => on ? '1' : '0';
}
