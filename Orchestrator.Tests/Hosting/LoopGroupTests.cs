using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Hosting;

namespace Orchestrator.Tests.Hosting;

public sealed class LoopGroupTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Test]
    public async Task A_loop_that_fails_ends_the_daemon_with_its_error()
    {
        var host = new HostServices(new DaemonOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        await using var group = new LoopGroup(host, NullLogger.Instance);
        group.Start("bad", _ => throw new InvalidOperationException("broken"));
        Assert.That((await host.Fatal.Task.WaitAsync(Patience)).Message, Is.EqualTo("broken"));
    }

    [Test]
    public async Task A_loop_that_just_ends_is_a_failure_too()
    {
        var host = new HostServices(new DaemonOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        await using var group = new LoopGroup(host, NullLogger.Instance);
        group.Start("short", _ => Task.CompletedTask);
        Assert.That((await host.Fatal.Task.WaitAsync(Patience)).Message, Does.Contain("'short' ended although nobody stopped it"));
    }

    [Test]
    public async Task A_stop_ends_the_loops_and_is_no_failure()
    {
        var host = new HostServices(new DaemonOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        var ended = new TaskCompletionSource();
        var group = new LoopGroup(host, NullLogger.Instance);
        group.Start("good", async ct =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            }
            finally
            {
                ended.SetResult();
            }
        });
        await group.DisposeAsync();
        await ended.Task.WaitAsync(Patience);
        Assert.That(host.Fatal.Task.IsCompleted, Is.False);
    }
}
