namespace Orchestrator.Tests.Integration;

/// <summary>A disk of its own that is soon full.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <summary>What is on it reaches the real disk.</summary>
    private string Image => Path + ".img";

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Ignores the test where nothing can be mounted.</summary>
    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("needs root to mount a small disk");
        var path = Directory.CreateTempSubdirectory("swarmnet-disk-").FullName;
        var disk = new SmallDisk(path);
        await using (var image = File.Create(disk.Image))
            image.SetLength(megabytes * 1024L * 1024);
        (await Programs.RunAsync("mkfs.ext4", "-q", "-F", "-m", "0", disk.Image)).Succeeded();
        // Without delayed allocation whoever writes hears of a full disk at once.
        var mounted = await Programs.RunAsync("mount", "-o", "loop,nodelalloc", disk.Image, path);
        if (mounted.ExitCode == 0)
            return disk;
        await disk.DisposeAsync();
        Assert.Ignore($"cannot mount an image here: {mounted.Errors}");
        throw new InvalidOperationException("an ignored test does not go on");
    }

    /// <summary>To the last block.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, 1);
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

    public void MakeRoom() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        await Programs.RunAsync("umount", "-l", Path);
        Directory.Delete(Path);
        File.Delete(Image);
    }
}
