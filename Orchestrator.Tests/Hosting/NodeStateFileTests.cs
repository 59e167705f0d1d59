using Orchestrator.Hosting;

namespace Orchestrator.Tests.Hosting;

public sealed class NodeStateFileTests
{
    private string directory = "";

    [SetUp]
    public void MakeDirectory() => directory = Directory.CreateTempSubdirectory("swarmnet-state-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(directory, recursive: true);

    [Test]
    public void What_is_saved_is_loaded_and_what_is_removed_is_gone()
    {
        var file = new NodeStateFile(directory);
        Assert.That(file.Load(), Is.Null);
        file.Save(new NodeState { NodeId = "n", ClusterId = "c", Manager = true, Runtime = "docker", Managers = ["192.0.2.1:2377"] });
        var loaded = new NodeStateFile(directory).Load()!;
        Assert.That(loaded.NodeId, Is.EqualTo("n"));
        Assert.That(loaded.Manager);
        Assert.That(loaded.Managers, Is.EqualTo(new[] { "192.0.2.1:2377" }));
        Assert.That(File.GetUnixFileMode(Path.Combine(directory, "node.json")),
            Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        file.Remove();
        Assert.That(Directory.EnumerateFileSystemEntries(directory), Is.Empty);
    }

    [TestCase("""{ "Format": 9 }""", "format 9")]
    [TestCase("{ half", "damaged")]
    public void A_newer_or_damaged_file_is_refused(string content, string message)
    {
        File.WriteAllText(Path.Combine(directory, "node.json"), content);
        Assert.That(() => new NodeStateFile(directory).Load(), Throws.TypeOf<OptionException>().With.Message.Contains(message));
    }
}
