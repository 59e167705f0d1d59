using System.CommandLine;
using Orchestrator.Cli.Samples;

namespace Orchestrator.Hosting;

/// <summary><c>swarmnet sample</c>: small programs to try a cluster with.</summary>
internal static class SampleCommand
{
    public static Command Create()
    {
        var port =
            new Option<string>("--port") { Description = "Port to listen on; 0 = any (default: PORT, else 8080)" };
        var web = new Command("web", "Answer HTTP requests with the name of this task") { port };
        web.SetAction((parsed, _) => SampleWeb.RunAsync(
            parsed.GetValue(port) is { } given ? ["--port", given] : [], Console.Out));
        return new Command("sample", "Run a small program to try a cluster with") { web };
    }
}
