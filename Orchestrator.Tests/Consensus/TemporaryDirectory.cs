namespace Orchestrator.Tests.Consensus;

/// <summary>A directory on a real disk that is gone after the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("swarmnet-log-");

    public string Path => _root.FullName;

    public string Child(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _root.Delete(recursive: true);
}
