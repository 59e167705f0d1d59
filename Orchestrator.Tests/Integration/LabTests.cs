using System.Diagnostics;

namespace Orchestrator.Tests.Integration;

/// <summary>The lab keeps its promises: hosts reach each other, can be cut off, and nothing is left of them.</summary>
[Category("Lab")]
[NonParallelizable]
public sealed class LabTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Hosts_have_names_and_reach_each_other_unless_cut_off_and_nothing_of_them_stays()
    {
        int left;
        string directory;
        await using (var lab = await Lab.UpAsync(2))
        {
            directory = lab.Directory;
            await lab.DockerAsync(2, "run", "-d", "busybox:local");
            Assert.That(await OutputAsync(lab, 1, "hostname"), Is.EqualTo("host1\n"));
            Assert.That(await ReachesAsync(lab, 1, lab.Address(2)));
            await lab.Cut(2);
            Assert.That(await ReachesAsync(lab, 1, lab.Address(2)), Is.False);
            await lab.Heal(2);
            Assert.That(await ReachesAsync(lab, 1, lab.Address(2)));
            using var forgotten = lab.StartInHost(1, "sleep", "1000");
            left = forgotten.Id;
            Assert.That(await File.ReadAllTextAsync($"/proc/{lab.EnginePid(1)}/comm"), Is.EqualTo("dockerd\n"));
        }
        Assert.That(Directory.Exists(directory), Is.False);
        Assert.That(await File.ReadAllTextAsync("/proc/self/mounts"), Does.Not.Contain(directory + "/"));
        Assert.That(Directory.Exists($"/proc/{left}") && await IsSleepAsync(left), Is.False, "a program of the host");
    }

    [Test]
    public async Task A_deaf_host_is_heard_by_others_and_hears_them_again()
    {
        await using var lab = await Lab.HostsAsync(2);
        await lab.Deafen(1, 2);
        Assert.That(await ReachesAsync(lab, 1, lab.Address(2)), Is.False, "the answer does not come back");
        Assert.That(await OutputAsync(lab, 2, "cat", "/proc/net/snmp"), Does.Contain("InType8"), "but host 2 was asked");
        Assert.That(await ReachesAsync(lab, 2, lab.Address(1)), Is.False);
        Assert.That(await OutputAsync(lab, 1, "cat", "/proc/net/snmp"), Does.Not.Contain("InType8"), "host 1 was not");
        await lab.Hear(1);
        Assert.That(await ReachesAsync(lab, 1, lab.Address(2)));
    }

    private static async Task<bool> IsSleepAsync(int process) =>
        (await File.ReadAllTextAsync($"/proc/{process}/cmdline")).StartsWith("sleep", StringComparison.Ordinal);

    private static async Task<bool> ReachesAsync(Lab lab, int host, string address)
    {
        using var ping = lab.StartInHost(host, "busybox", "ping", "-c", "1", "-W", "2", address);
        await EndAsync(ping);
        return ping.ExitCode == 0;
    }

    private static async Task<string> OutputAsync(Lab lab, int host, string program, params string[] arguments)
    {
        using var process = lab.StartInHost(host, program, arguments);
        var output = await process.StandardOutput.ReadToEndAsync();
        await EndAsync(process);
        return output;
    }

    private static async Task EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(limit.Token);
    }
}
