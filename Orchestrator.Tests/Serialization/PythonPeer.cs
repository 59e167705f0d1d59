using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Orchestrator.Tests.Serialization;

/// <summary>Debian's python3-msgpack as a second implementation of the format.</summary>
internal static class PythonPeer
{
    private const string Python = "/usr/bin/python3"; // the one that apt's packages belong to
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static JsonNode? Describe(byte[] packed) => JsonNode.Parse(Run("describe", packed));

    public static byte[] Pack(JsonNode? value) =>
        Run("pack", System.Text.Encoding.UTF8.GetBytes(value?.ToJsonString() ?? "null"));

    private static byte[] Run(string mode, byte[] input)
    {
        if (!File.Exists(Python))
            Assert.Fail($"{Python} does not exist: apt-get install python3-msgpack");
        var script = Path.Combine(
            TestContext.CurrentContext.TestDirectory, "Testdata", "Serialization", "msgpack_peer.py");
        using var process = Process.Start(new ProcessStartInfo(Python, [script, mode])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var output = new MemoryStream();
        using var limit = new CancellationTokenSource(Limit);
        using var kill = limit.Token.Register(process.Kill);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        Feed(process, input);
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        var text = errors.GetAwaiter().GetResult();
        Assert.That(process.ExitCode, Is.Zero, $"{Python} {script} {mode}: {text}");
        return output.ToArray();
    }

    private static void Feed(Process process, byte[] input)
    {
        try
        {
            using var stdin = process.StandardInput.BaseStream;
            stdin.Write(input);
        }
        catch (IOException)
        {
            // The script ended before it read everything: its exit code and its words say why.
        }
    }
}
