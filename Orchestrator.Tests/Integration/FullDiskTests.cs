namespace Orchestrator.Tests.Integration;

/// <summary>A data directory that fills up: what was acknowledged stays, what cannot be kept is refused.</summary>
[NonParallelizable]
internal sealed class FullDiskTests
{
    private string _disk = "";

    [SetUp]
    public async Task MountAsync()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("needs root to mount a small disk");
        _disk = Directory.CreateTempSubdirectory("swarmnet-disk-").FullName;
        var mounted = await Programs.RunAsync("mount", "-t", "tmpfs", "-o", "size=32m,mode=0700", "swarmnet-test", _disk);
        if (mounted.ExitCode != 0)
            Assert.Ignore($"cannot mount a tmpfs here: {mounted.Errors}");
    }

    [TearDown]
    public async Task UnmountAsync()
    {
        if (_disk.Length == 0)
            return;
        await Programs.RunAsync("umount", "-l", _disk);
        Directory.Delete(_disk);
    }

    [Test]
    public async Task A_full_disk_loses_nothing_and_the_daemon_goes_on_when_there_is_room_again()
    {
        await using var daemon = await DaemonProcess.StartAsync(
            new DaemonSetup { DataDirectory = Path.Combine(_disk, "data") });
        await daemon.InitAsync();
        var made = new List<string>();
        var ballast = Path.Combine(_disk, "ballast");
        await CreateAsync(daemon, made, upTo: 20);
        Fill(ballast);
        var refused = await CreateAsync(daemon, made, upTo: 10_000);
        Assert.That(refused, Does.Contain("disk full").And.Contain(_disk));
        Assert.That(await daemon.ExitCodeAsync(), Is.Not.Zero, "a failure, so that its supervisor starts it again");
        Assert.That(daemon.ReadLog(), Does.Contain("disk full"));
        File.Delete(ballast);
        await daemon.StartAgainAsync();
        var names = (await daemon.Api.ReadAsync("/services")).AsArray().Select(service => (string)service!["Spec"]!["Name"]!);
        Assert.That(made, Is.SubsetOf(names), "acknowledged");
        await daemon.Api.CreateAsync(ServiceSpecs.Service("after", 0, "sleep", "1"));
    }

    /// <summary>Why it went no further: from the answer, or from the log when there was none. Empty: it did not fail.</summary>
    private static async Task<string> CreateAsync(DaemonProcess daemon, List<string> made, int upTo)
    {
        try
        {
            while (made.Count < upTo)
            {
                var service = ServiceSpecs.Service($"s{made.Count}", 0, "sleep", new string('x', 60_000));
                var answer = await daemon.Api.PostAsync("/services/create", service);
                if (answer.Status != 201)
                    return answer.Message;
                made.Add($"s{made.Count}");
            }
            return "";
        }
        catch (HttpRequestException)
        {
            await daemon.ExitCodeAsync();
            return daemon.ReadLog();
        }
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        try
        {
            while (true)
                file.Write(new byte[4096]);
        }
        catch (IOException)
        {
            // That was the last block.
        }
    }
}
