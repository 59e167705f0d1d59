namespace Orchestrator.Tests.Integration;

/// <summary>A data directory that fills up: what was acknowledged stays, what cannot be kept is refused.</summary>
[NonParallelizable]
internal sealed class FullDiskTests
{
    private SmallDisk? _disk;

    [SetUp]
    public async Task MountAsync() => _disk = await SmallDisk.MountAsync(32);

    [TearDown]
    public async Task UnmountAsync()
    {
        if (_disk is not null)
            await _disk.DisposeAsync();
    }

    [Test]
    public async Task A_full_disk_loses_nothing_and_the_daemon_goes_on_when_there_is_room_again()
    {
        await using var daemon = await DaemonProcess.StartAsync(
            new DaemonSetup { DataDirectory = Path.Combine(_disk!.Path, "data") });
        await daemon.InitAsync();
        var made = new List<string>();
        await CreateAsync(daemon, made, upTo: 20);
        _disk.Fill();
        var refused = await CreateAsync(daemon, made, upTo: 10_000);
        Assert.That(refused, Does.Contain("disk full").And.Contain(_disk.Path));
        Assert.That(await daemon.ExitCodeAsync(), Is.Not.Zero, "a failure, so that its supervisor starts it again");
        Assert.That(daemon.ReadLog(), Does.Contain("disk full"));
        _disk.MakeRoom();
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
}
