using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Hosting.Systemd;

namespace Orchestrator.Tests.Hosting.Systemd;

public sealed class SystemdNotifierTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [TestCase(true)]
    [TestCase(false)]
    public async Task Messages_arrive_at_a_named_and_at_an_abstract_socket(bool isAbstract)
    {
        var directory = Directory.CreateTempSubdirectory("swarmnet-notify-").FullName;
        var name = isAbstract ? $"@swarmnet-test-{Environment.ProcessId}" : Path.Combine(directory, "notify");
        using var socket = Listen(name);
        var notifier = new SystemdNotifier(name, TimeSpan.Zero, TimeProvider.System, NullLogger.Instance);

        notifier.Ready("serving\nWATCHDOG=trigger");
        Assert.That(await ReceiveAsync(socket), Is.EqualTo("READY=1\nSTATUS=serving WATCHDOG=trigger"));
        notifier.Status("leader");
        Assert.That(await ReceiveAsync(socket), Is.EqualTo("STATUS=leader"));
        notifier.Stopping();
        Assert.That(await ReceiveAsync(socket), Is.EqualTo("STOPPING=1"));
        Directory.Delete(directory, recursive: true);
    }

    [Test]
    public async Task The_watchdog_gets_beats_only_while_the_daemon_is_healthy()
    {
        var name = $"@swarmnet-beat-{Environment.ProcessId}";
        using var socket = Listen(name);
        using var ending = new CancellationTokenSource();
        var probes = 0;
        var withheld = new TaskCompletionSource();
        var notifier =
            new SystemdNotifier(name, TimeSpan.FromMilliseconds(20), TimeProvider.System, NullLogger.Instance);

        var loop = notifier.RunWatchdogAsync(IsHealthy, ending.Token);
        Assert.That(await ReceiveAsync(socket), Is.EqualTo("WATCHDOG=1"));
        Assert.That(await ReceiveAsync(socket), Is.EqualTo("WATCHDOG=1"));
        await withheld.Task.WaitAsync(Patience);
        await ending.CancelAsync();

        await Assert.CatchAsync<OperationCanceledException>(() => loop);
        Assert.That(socket.Available, Is.Zero, "no beat was sent after the second probe");

        bool IsHealthy()
        {
            probes++;
            if (probes >= 5)
                withheld.TrySetResult();
            return probes <= 2;
        }
    }

    [Test]
    public async Task Without_systemd_nothing_is_sent_and_the_watchdog_ends_at_once()
    {
        var notifier = new SystemdNotifier(null, TimeSpan.FromSeconds(1), TimeProvider.System, NullLogger.Instance);

        Assert.That(notifier.IsSupervised, Is.False);
        Assert.That(() => notifier.Ready("x"), Throws.Nothing);
        await notifier.RunWatchdogAsync(() => true, default).WaitAsync(Patience);
    }

    [Test]
    public void A_watcher_that_is_gone_does_no_harm()
    {
        var notifier = new SystemdNotifier("/no/such/socket", TimeSpan.Zero, TimeProvider.System, NullLogger.Instance);

        Assert.That(() => notifier.Status("x"), Throws.Nothing);
    }

    [TestCase("30000000", "", 30)]
    [TestCase("30000000", "7", 30)]
    [TestCase("30000000", "8", 0)]
    [TestCase("", "", 0)]
    [TestCase("soon", "7", 0)]
    public void The_watchdog_is_meant_for_one_process(string microseconds, string pid, int seconds) =>
        Assert.That(SystemdNotifier.WatchdogPeriod(microseconds, pid, self: 7),
            Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    private static Socket Listen(string name)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(name.StartsWith('@') ? "\0" + name[1..] : name));
        return socket;
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(Patience);
        var buffer = new byte[1024];
        var length = await socket.ReceiveAsync(buffer, patience.Token);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
