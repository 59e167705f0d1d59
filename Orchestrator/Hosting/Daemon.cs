using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Log;
using Orchestrator.Hosting.Systemd;
using Orchestrator.Security;

namespace Orchestrator.Hosting;

/// <summary>The daemon from its start to its end.</summary>
internal sealed partial class Daemon(HostServices services)
{
    private readonly ILogger _logger = services.Logging.CreateLogger<Daemon>();

    /// <summary>Serves until SIGTERM or SIGINT. Tasks outlive it.</summary>
    /// <returns>0 when it was asked to end, 1 when it had to</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var terminate = Handle(PosixSignal.SIGTERM, stop);
        using var interrupt = Handle(PosixSignal.SIGINT, stop);
        try
        {
            await ServeAsync(stop.Token);
        }
        catch (Exception exception) when (exception is OptionException or LogException or IOException
            or UnauthorizedAccessException or PeerException)
        {
            LogCannotStart(_logger, exception.Message);
            return 1;
        }
        catch (Exception exception)
        {
            LogDefect(_logger, exception);
            return 1;
        }
        if (!services.Fatal.Task.IsCompleted)
            return 0;
        LogFatal(_logger, (await services.Fatal.Task).Message);
        return 1;
    }

    private async Task ServeAsync(CancellationToken stop)
    {
        var directory = DataPaths.Create(services.Options.DataDirectory);
        using var onlyOne = DirectoryLock.Acquire(directory);
        await using var node = new LocalNode(services);
        await node.ResumeAsync();
        await using var server = await ApiServer.StartAsync(services, node.Api);
        await using var loops = new LoopGroup(services, _logger);
        loops.Start("removal", node.LeaveWhenRemovedAsync);
        loops.Start("role", node.KeepRoleAsync);
        loops.Start("idle memory", token => IdleMemory.RunAsync(services.Time, token));
        var systemd = SystemdNotifier.FromEnvironment(services.Time, _logger);
        using var watchdog = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var beating = systemd.RunWatchdogAsync(() => !services.Fatal.Task.IsCompleted, watchdog.Token);
        systemd.Ready($"serving {services.Options.SocketPath}");
        LogReady(_logger, HostDescription.Version, services.Options.SocketPath);
        await WaitAsync(stop);
        systemd.Stopping();
        await watchdog.CancelAsync();
        await beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WaitAsync(CancellationToken stop)
    {
        try
        {
            await services.Fatal.Task.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            LogStopping(_logger);
        }
    }

    private static PosixSignalRegistration Handle(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });

    [LoggerMessage(LogLevel.Information, "swarmnet {Version} serves {Socket}")]
    private static partial void LogReady(ILogger logger, string version, string socket);

    [LoggerMessage(LogLevel.Information, "stopping; tasks go on running")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(LogLevel.Critical, "cannot start: {Reason}")]
    private static partial void LogCannotStart(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Critical, "ends because of a defect of swarmnet")]
    private static partial void LogDefect(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Critical, "ends because of an error: {Reason}")]
    private static partial void LogFatal(ILogger logger, string reason);
}
