using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Hosting.Systemd;

/// <summary>
/// Tells systemd how the daemon is: one datagram a message, as <c>sd_notify(3)</c> describes. Does nothing when systemd
/// did not start it. A message that cannot be sent is logged and forgotten: the daemon's work does not depend on its
/// watcher.
/// </summary>
/// <param name="socketPath"><c>NOTIFY_SOCKET</c>: a path, or <c>@name</c> in the abstract namespace; null or empty =
/// nobody listens</param>
/// <param name="watchdogPeriod"><c>WATCHDOG_USEC</c>; zero = no watchdog</param>
public sealed partial class SystemdNotifier(string? socketPath, TimeSpan watchdogPeriod, TimeProvider time, ILogger log)
{
    private const int LongestStatus = 512;

    /// <summary>As systemd set the environment of this process.</summary>
    public static SystemdNotifier FromEnvironment(TimeProvider time, ILogger log) => new(
        Environment.GetEnvironmentVariable("NOTIFY_SOCKET"),
        WatchdogPeriod(
            Environment.GetEnvironmentVariable("WATCHDOG_USEC"),
            Environment.GetEnvironmentVariable("WATCHDOG_PID"),
            Environment.ProcessId),
        time,
        log);

    public bool IsSupervised => socketPath is { Length: > 0 };

    public void Ready(string status) => Send($"READY=1\nSTATUS={Line(status)}");

    public void Stopping() => Send("STOPPING=1");

    /// <summary>One line, as <c>systemctl status</c> shows it.</summary>
    public void Status(string status) => Send($"STATUS={Line(status)}");

    /// <summary>
    /// Beats at half of the watchdog's period for as long as the probe is true: systemd restarts a daemon that lives
    /// but no longer works. Ends at once when there is no watchdog, else by cancellation.
    /// </summary>
    public async Task RunWatchdogAsync(Func<bool> isHealthy, CancellationToken ct)
    {
        if (!IsSupervised || watchdogPeriod <= TimeSpan.Zero)
            return;
        using var timer = new PeriodicTimer(watchdogPeriod / 2, time);
        var wasHealthy = true;
        do
        {
            var healthy = isHealthy();
            if (healthy)
                Send("WATCHDOG=1");
            else if (wasHealthy)
                BeatWithheld(watchdogPeriod);
            wasHealthy = healthy;
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    /// <summary>Zero unless the watchdog is meant for this very process.</summary>
    internal static TimeSpan WatchdogPeriod(string? microseconds, string? pid, int self)
    {
        if (pid is { Length: > 0 } && pid != self.ToString(CultureInfo.InvariantCulture))
            return TimeSpan.Zero;
        return long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0
            ? TimeSpan.FromMicroseconds(number)
            : TimeSpan.Zero;
    }

    private void Send(string message)
    {
        if (socketPath is not { Length: > 0 } path)
            return;
        try
        {
            using var socket =
                new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
            var address = path[0] == '@' ? "\0" + path[1..] : path;
            socket.SendTo(Encoding.UTF8.GetBytes(message), new UnixDomainSocketEndPoint(address));
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            NotSent(message.Split('\n')[0], e.Message);
        }
    }

    /// <summary>A line end would begin another message.</summary>
    private static string Line(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= LongestStatus ? line : line[..LongestStatus];
    }

    [LoggerMessage(LogLevel.Warning, "systemd could not be told {Message}: {Reason}")]
    private partial void NotSent(string message, string reason);

    [LoggerMessage(LogLevel.Critical,
        "The daemon is not healthy: no beat for systemd, which will restart it within {Period}")]
    private partial void BeatWithheld(TimeSpan period);
}
