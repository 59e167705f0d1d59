using System.Text;

namespace Orchestrator.Cli.Logs;

/// <summary>The output of a terminal has no frames: it is passed on as it comes.</summary>
internal static class RawText
{
    public static async Task CopyAsync(Stream stream, TextWriter output, CancellationToken ct)
    {
        var buffer = new char[8 * 1024];
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (await reader.ReadAsync(buffer.AsMemory(), ct) is var count and > 0)
        {
            await output.WriteAsync(buffer.AsMemory(0, count), ct);
            await output.FlushAsync(ct);
        }
    }
}
