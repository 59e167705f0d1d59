using System.Net;

namespace Orchestrator.Tests.Dispatching;

/// <summary>A request body that is written while the answer is read.</summary>
internal sealed class StreamedContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> output = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Stream> OutputAsync(CancellationToken ct) => output.Task.WaitAsync(ct);

    public void Complete() => complete.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.FlushAsync(cancellationToken);
        output.TrySetResult(stream);
        await complete.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
