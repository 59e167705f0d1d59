using System.ComponentModel;
using System.Diagnostics;

namespace Orchestrator.Runtime.Processes;

/// <summary>Runs one task's health check on the host, in the task's environment, directory and user.</summary>
internal sealed class HealthProbe(TaskPlan plan, TimeProvider time)
{
    private const int DefaultRetries = 3;
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultStartInterval = TimeSpan.FromSeconds(5);

    /// <summary>Until cancelled. Failures in the start period do not count; one success ends the period.</summary>
    internal async Task RunAsync(DateTimeOffset startedAt, Action<ContainerHealth> report, CancellationToken ct)
    {
        var health = plan.Health;
        var startEnds = startedAt + health.StartPeriod;
        var failures = 0;
        var succeeded = false;
        while (true)
        {
            var starting = !succeeded && time.GetUtcNow() < startEnds;
            var pause = starting
                ? Or(health.StartInterval, DefaultStartInterval)
                : Or(health.Interval, DefaultInterval);
            await Task.Delay(pause, time, ct);
            if (await SucceedsAsync(ct))
            {
                (failures, succeeded) = (0, true);
                report(ContainerHealth.Healthy);
            }
            else if (succeeded || time.GetUtcNow() >= startEnds)
            {
                failures++;
                if (failures >= (health.Retries > 0 ? health.Retries : DefaultRetries))
                    report(ContainerHealth.Unhealthy);
            }
        }
    }

    private async Task<bool> SucceedsAsync(CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Or(plan.Health.Timeout, DefaultInterval), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            using var process = Process.Start(StartInfo());
            if (process is null)
                return false;
            try
            {
                process.StandardInput.Close();
                await Task.WhenAll(
                    process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, either.Token),
                    process.StandardError.BaseStream.CopyToAsync(Stream.Null, either.Token),
                    process.WaitForExitAsync(either.Token));
                return process.ExitCode == 0;
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                ct.ThrowIfCancellationRequested();
                return false;
            }
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return false;
        }
    }

    private ProcessStartInfo StartInfo()
    {
        ImmutableArray<string> command = plan.HealthTest is ["CMD-SHELL", var line]
            ? ["/bin/sh", "-c", line]
            : plan.HealthTest[1..];
        var program = ProgramPath.Find(command[0], TaskPlanner.PathOf(plan.Env), plan.Directory) ?? command[0];
        ImmutableArray<string> words = [.. plan.Argv.Take(plan.PrefixLength), program, .. command[1..]];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            WorkingDirectory = plan.Directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var variable in plan.Env)
            if (variable.IndexOf('=', StringComparison.Ordinal) is var split and > 0)
                start.Environment[variable[..split]] = variable[(split + 1)..];

        // What a probe leaves behind is not the task's to be recognized by.
        start.Environment.Remove("SWARMNET_TASK_ID");
        return start;
    }

    private static TimeSpan Or(TimeSpan value, TimeSpan otherwise) => value > TimeSpan.Zero ? value : otherwise;
}
