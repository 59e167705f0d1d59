namespace Orchestrator.Cli.Commands;

/// <summary>The same act on several names: each is tried, each failure is told, the first one gives the exit
/// code.</summary>
internal static class BatchRun
{
    public static async Task<int> EachAsync(Invocation run, Func<string, Task> act)
    {
        var exitCode = ExitCode.Ok;
        foreach (var name in run.Arguments)
        {
            try
            {
                await act(name);
            }
            catch (CliException e) when (e.ExitCode is not ExitCode.Unreachable)
            {
                await run.Out.FlushAsync();
                e.WriteTo(run.Error);
                exitCode = exitCode == ExitCode.Ok ? e.ExitCode : exitCode;
            }
        }
        return exitCode;
    }
}
